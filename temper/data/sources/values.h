#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "temper/data/sources/source.h"

/// Regression: numbers as targets in place of classes.
namespace temper::data {

/// The images of a source, with regression values in place of classes.
class RegressionSource : public Source {
 public:
  /// @param names   of the values, one or more, all distinct
  /// @param values  of image 0, in the order of the names, then of image 1, ...; all NaN for an
  /// image without values
  /// @throws Error{Code::data} for an image that has only some of the values, or an infinite one,
  /// which it names; Error{Code::usage} for a `base` with classes and for a wrong number of values
  /// or names
  RegressionSource(std::shared_ptr<const Source> base, std::vector<std::string> names,
                   std::vector<double> values);

  [[nodiscard]] std::int64_t size() const override { return base_->size(); }
  [[nodiscard]] const std::vector<std::string>& classes() const override {
    return base_->classes();
  }
  [[nodiscard]] std::int64_t label(std::int64_t /*i*/) const override { return -1; }
  [[nodiscard]] const std::vector<std::string>& value_names() const override { return names_; }
  [[nodiscard]] std::span<const double> values(std::int64_t i) const override;
  [[nodiscard]] double weight(std::int64_t i) const override { return base_->weight(i); }
  [[nodiscard]] int channels() const override { return base_->channels(); }
  void read(std::int64_t i, io::Picture& into) const override { base_->read(i, into); }
  [[nodiscard]] std::string where(std::int64_t i) const override { return base_->where(i); }
  [[nodiscard]] std::string name(std::int64_t i) const override { return base_->name(i); }
  [[nodiscard]] std::string digest() const override;
  [[nodiscard]] std::optional<io::HashValue> content(std::int64_t i) const override {
    return base_->content(i);
  }

  /// Where the images come from.
  [[nodiscard]] const std::shared_ptr<const Source>& base() const { return base_; }

 private:
  std::shared_ptr<const Source> base_;
  std::vector<std::string> names_;
  std::vector<double> values_;
};

/// The values of all images, as for Valued.
std::vector<double> all_values(const Source& source);

/// Statistics of one of the values over the images that have it.
struct ValueRange {
  double smallest = 0;
  double largest = 0;
  double mean = 0;
  double deviation = 0;  ///< standard deviation, with divisor n
};

/// One range per value; all 0 if no image has values. Throws Error{Code::data} for a value that is
/// not finite, and names the image.
std::vector<ValueRange> ranges_of_values(const Source& source);

/// Standardization of each value to mean 0 and standard deviation 1, so that the values have equal
/// weight whatever their units, and the first predictions of a network, which are small, are near
/// the mean.
struct ValueScale {
  std::vector<double> mean;       ///< one per value; empty: a set with classes
  std::vector<double> deviation;  ///< > 0

  bool operator==(const ValueScale&) const = default;
};

/// The scale of a training set. A constant value is only shifted to mean 0. Throws as
/// ranges_of_values() does.
ValueScale value_scale(const Source& source);

/// The images with (value - mean) / deviation; the source itself if it has classes.
std::shared_ptr<const Source> standardised(std::shared_ptr<const Source> source,
                                           const ValueScale& scale);

}  // namespace temper::data
