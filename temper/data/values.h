#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "temper/data/source.h"

/// Numbers that a network learns to tell from images: regression.
namespace temper::data {

/// The images of a source with values in place of classes.
class Valued : public Source {
 public:
  /// @param names   of the values, one or more, none twice
  /// @param values  those of image 0, in the order of their names, then those of image 1, ...; all
  /// of an image NaN: it has none
  /// Throws Error{Code::data} naming the image that has some and not all, or an infinite one;
  /// Error{Code::usage} for a `base` with classes and for a wrong number of values or names.
  Valued(std::shared_ptr<const Source> base, std::vector<std::string> names,
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
  [[nodiscard]] std::string digest() const override;

  /// Where the images come from.
  [[nodiscard]] const std::shared_ptr<const Source>& base() const { return base_; }

 private:
  std::shared_ptr<const Source> base_;
  std::vector<std::string> names_;
  std::vector<double> values_;
};

/// The values of all images, as Valued takes them.
std::vector<double> all_values(const Source& source);

/// What one of the values is like over the images that have it.
struct ValueRange {
  double smallest = 0;
  double largest = 0;
  double mean = 0;
  double deviation = 0;  ///< root of the mean squared distance from the mean
};

/// One a value; all 0 where no image has any.
std::vector<ValueRange> ranges_of_values(const Source& source);

/// Brings each value to mean 0 and deviation 1, so that none outweighs another by its unit and a
/// network's first answers, which are small, stand in the middle.
struct ValueScale {
  std::vector<double> mean;       ///< one a value; empty: a set of classes
  std::vector<double> deviation;  ///< > 0

  bool operator==(const ValueScale&) const = default;
};

/// The scale of a set that is trained on. A value that never varies keeps its unit.
ValueScale value_scale(const Source& source);

/// The images with (value - mean) / deviation; the source itself where it has classes.
std::shared_ptr<const Source> standardised(std::shared_ptr<const Source> source,
                                           const ValueScale& scale);

}  // namespace temper::data
