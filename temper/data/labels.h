#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "temper/data/source.h"

/// Labels that differ from those that a source brings, for experiments.
namespace temper::data {

/// The images of a source of classes with other labels.
class Relabelled : public Source {
 public:
  /// @param labels  one an image of `base`, each in [-1, classes)
  Relabelled(std::shared_ptr<const Source> base, std::vector<std::int64_t> labels);

  [[nodiscard]] std::int64_t size() const override { return base_->size(); }
  [[nodiscard]] const std::vector<std::string>& classes() const override {
    return base_->classes();
  }
  [[nodiscard]] std::int64_t label(std::int64_t i) const override {
    return labels_[static_cast<std::size_t>(i)];
  }
  [[nodiscard]] double weight(std::int64_t i) const override { return base_->weight(i); }
  [[nodiscard]] int channels() const override { return base_->channels(); }
  void read(std::int64_t i, io::Picture& into) const override { base_->read(i, into); }
  [[nodiscard]] std::string where(std::int64_t i) const override { return base_->where(i); }
  [[nodiscard]] std::string digest() const override;

 private:
  std::shared_ptr<const Source> base_;
  std::vector<std::int64_t> labels_;
};

/// Keeps the label of that share of each class's images, to within one image (largest remainders
/// first, the total is exact), at least one a class, or the values of that share of a set of
/// values; the others lose theirs. What a smaller share keeps, a larger one keeps too.
/// @param share  in (0, 1]; 1: the source itself
std::shared_ptr<const Source> keep_labels(std::shared_ptr<const Source> source, double share,
                                          std::uint64_t seed);

/// A label that noise has replaced.
struct ReplacedLabel {
  std::int64_t image = 0;  ///< of the source
  std::int64_t was = 0;
  std::int64_t is = 0;
  bool operator==(const ReplacedLabel&) const = default;
};

struct NoisyLabels {
  std::shared_ptr<const Source> source;
  std::vector<ReplacedLabel> replaced;  ///< ascending by image
};

/// Symmetric label noise (Han et al. 2018, Co-teaching, arXiv:1804.06872): round(share * n) of the
/// n labelled images are given one of the other classes, each with the same chance, so that none of
/// them keeps its label. What a smaller share replaces, a larger one replaces alike.
/// @param share  in [0, 1]; 0: the source itself. Throws Error{Code::usage} for another one, and
/// where there are not two classes
NoisyLabels replace_labels(std::shared_ptr<const Source> source, double share, std::uint64_t seed);

/// The images that have a label or values: the source itself where all have. Null where none has.
std::shared_ptr<const Source> labelled_images(std::shared_ptr<const Source> source);

}  // namespace temper::data
