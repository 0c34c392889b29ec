#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/corrupt/benchmark/corrupt.h"
#include "temper/data/loader/loader.h"
#include "temper/data/sources/source.h"

namespace temper::evaluate {

/// One corruption of a set of images.
struct Corruption {
  corrupt::Kind kind = corrupt::Kind::gaussian_noise;
  int severity = 1;
  corrupt::Options options = {};
  std::uint64_t seed = 1;  ///< of its random numbers
};

/// The images of a set as the network sees them, but corrupted: after the resize and crop of the
/// input transform, before normalization, as the published sets were made. The random numbers of an
/// image depend on the seed, the kind, the severity and its index alone.
class CorruptedSource : public data::Source {
 public:
  /// @param reading  how the clean images are read in evaluations
  CorruptedSource(std::shared_ptr<const data::Source> clean, const data::LoaderOptions& reading,
                  Corruption corruption);

  [[nodiscard]] std::int64_t size() const override { return clean_->size(); }
  [[nodiscard]] const std::vector<std::string>& classes() const override {
    return clean_->classes();
  }
  [[nodiscard]] std::int64_t label(std::int64_t i) const override { return clean_->label(i); }
  [[nodiscard]] const std::vector<std::string>& value_names() const override {
    return clean_->value_names();
  }
  [[nodiscard]] std::span<const double> values(std::int64_t i) const override {
    return clean_->values(i);
  }
  [[nodiscard]] int channels() const override { return clean_->channels(); }
  void read(std::int64_t i, io::Picture& into) const override;
  [[nodiscard]] double weight(std::int64_t i) const override { return clean_->weight(i); }
  [[nodiscard]] std::string where(std::int64_t i) const override { return clean_->where(i); }
  [[nodiscard]] std::string name(std::int64_t i) const override { return clean_->name(i); }
  /// Of the clean images and the corruption; photographs of frost and the input transform are not
  /// part of it.
  [[nodiscard]] std::string digest() const override;

 private:
  /// Of a thread while it reads an image.
  struct Memory {
    io::Picture picture;
    augment::Frame frame;
    corrupt::Workspace workspace;
  };
  class Lent;

  std::shared_ptr<const data::Source> clean_;
  augment::Pipeline transform_;
  Corruption corruption_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Memory>> unused_;
};

/// An image as the network sees it in evaluations, before normalization.
io::Image image_as_evaluated(const data::Source& source, std::int64_t i,
                             const data::LoaderOptions& reading);

/// The options to read a CorruptedSource: its images already have the input's size.
/// @param reading  as for its constructor
data::LoaderOptions reading_corrupted(data::LoaderOptions reading);

}  // namespace temper::evaluate
