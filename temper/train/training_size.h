#pragma once
#include <cstdint>
#include <optional>

#include "temper/augment/pixels/box.h"
#include "temper/recipe/recipe.h"
#include "temper/schedule/schedule.h"

namespace temper::train {

/// Height and width of the network's input: data.size, otherwise those of the images, otherwise 224
/// pixels.
/// @param images  the size that all images have; height 0 where they differ
augment::Size input_size(const recipe::Recipe& recipe, augment::Size images);

/// The height and width of training images at each step: data.train_size, rounded to whole pixels,
/// is the longer side of images with the aspect ratio of the network's input. For increasing sizes
/// see Howard 2018 (fast.ai's progressive resizing) and Tan and Le 2021, EfficientNetV2,
/// arXiv:2104.00298, 4; for smaller images in training than in evaluation, Touvron et al. 2019,
/// arXiv:1906.06423.
class TrainingSize {
 public:
  /// Throws Error{Code::usage} for sides below 8 pixels, naming the step.
  /// @param input  input size of the network
  TrainingSize(const recipe::Recipe& recipe, const schedule::Horizon& horizon, augment::Size input);

  /// False: training images have the network's input size.
  [[nodiscard]] bool given() const { return scheduled() || side_ != 0; }
  [[nodiscard]] bool scheduled() const { return schedule_.has_value(); }
  [[nodiscard]] augment::Size at(std::int64_t step) const;

  /// The first step with the smallest images, and with the largest.
  [[nodiscard]] std::int64_t smallest_at() const { return smallest_; }
  [[nodiscard]] std::int64_t largest_at() const { return largest_; }
  /// A step whose images have about the mean area over the run, so that it takes about the mean
  /// time of a step.
  [[nodiscard]] std::int64_t typical_at() const { return typical_; }

 private:
  [[nodiscard]] double side_at(std::int64_t step) const;
  [[nodiscard]] double area_at(std::int64_t step) const;
  void scan_steps();

  std::optional<schedule::Schedule> schedule_;
  double side_;
  schedule::Horizon horizon_;
  augment::Size input_;
  std::int64_t smallest_ = 0;
  std::int64_t largest_ = 0;
  std::int64_t typical_ = 0;
};

}  // namespace temper::train
