#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "temper/data/sources/file_options.h"
#include "temper/data/sources/source.h"

namespace temper::data {

/// A source as for open(), and the relative sampling weight of its images.
struct WeightedPath {
  std::string source;
  double weight = 1;  ///< > 0
};

/// The concatenation of several sources. Classes are identified by their names. The name of an
/// image begins with the number of its source, counted from 0: "1:cat/1.png".
class ConcatSource : public Source {
 public:
  struct One {
    std::shared_ptr<const Source> source;
    double weight = 1;
  };

  /// @param sources  one or more, with the same channels and the same values
  /// @param classes  of all sources
  ConcatSource(std::vector<One> sources, std::vector<std::string> classes);

  [[nodiscard]] std::int64_t size() const override { return begins_.back(); }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] std::int64_t label(std::int64_t i) const override;
  [[nodiscard]] const std::vector<std::string>& value_names() const override {
    return sources_.front().source->value_names();
  }
  [[nodiscard]] std::span<const double> values(std::int64_t i) const override;
  [[nodiscard]] int channels() const override { return sources_.front().source->channels(); }
  void read(std::int64_t i, io::Picture& into) const override;
  [[nodiscard]] double weight(std::int64_t i) const override;
  [[nodiscard]] std::string where(std::int64_t i) const override;
  [[nodiscard]] std::string name(std::int64_t i) const override;
  [[nodiscard]] std::string digest() const override;
  [[nodiscard]] std::optional<io::HashValue> content(std::int64_t i) const override;

 private:
  struct Place {
    std::size_t source;
    std::int64_t row;
  };
  [[nodiscard]] Place place(std::int64_t i) const;

  std::vector<One> sources_;
  std::vector<std::int64_t> begins_;                ///< first index of each source, and the end
  std::vector<std::vector<std::int64_t>> numbers_;  ///< index in classes_ of each source's classes
  std::vector<std::string> classes_;
};

/// Opens several sources as one. Their training sets are concatenated with their weights, and the
/// validation and test sets of the sources that have them without weights. Classes with the same
/// name in two sources are one class. A size or normalization that all sources share is kept. The
/// memory budget for decoded images is divided equally.
///
/// Throws Error{Code::usage} for a weight that is not above 0, Error{Code::data} for sources with
/// different channels or values and for a class that is in no training set, and as open() does.
Dataset open_several(const std::vector<WeightedPath>& sources, const FileOptions& options = {});

}  // namespace temper::data
