#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/core/fields.h"
#include "temper/core/stop_flag.h"
#include "temper/data/sources/source.h"
#include "temper/recipe/recipe.h"

/// The learning rate range test: Smith 2017, Cyclical learning rates for training neural networks,
/// arXiv:1506.01186, with the exponential growth and the smoothed loss of fastai's `lr_find`
/// (Gugger 2018, How do you find a good learning rate).
namespace temper::tune {

/// A step of the test.
struct RangePoint {
  std::int64_t step = 0;  ///< from 1
  double lr = 0;          ///< as a recipe has it, without the factor of lr_scaling
  double loss = 0;        ///< of the step's batch, before the update
  double smoothed = 0;    ///< see SmoothedLoss

  bool operator==(const RangePoint&) const = default;
};

/// An exponentially weighted mean with bias correction, as fastai's AvgSmoothLoss:
/// m_t = beta * m_{t-1} + (1 - beta) * x_t, value = m_t / (1 - beta^t).
class SmoothedLoss {
 public:
  explicit SmoothedLoss(double beta) : beta_(beta) {}
  /// @return the value after the number
  double add(double loss);

 private:
  double beta_;
  double mean_ = 0;
  double weight_ = 1;  ///< beta^t
};

/// How a learning rate is read off the curve.
enum class LrRule : std::uint8_t {
  steepest_descent,  ///< where the smoothed loss falls fastest per factor of the learning rate
  minimum_tenth      ///< a tenth of that at which the smoothed loss is lowest
};

struct LrSuggestions {
  std::optional<double> steepest_descent;  ///< none where the loss falls nowhere
  std::optional<double> minimum_tenth;
  double lowest_at = 0;  ///< the learning rate with the lowest smoothed loss

  [[nodiscard]] std::optional<double> of(LrRule rule) const {
    return rule == LrRule::steepest_descent ? steepest_descent : minimum_tenth;
  }
};

/// The suggestions of fastai's `steep` and `minimum`: of the points, the first `skip_first` and the
/// last `skip_last` are left out. The slope is that of neighbors, by the logarithm of the learning
/// rate. Nothing is suggested from less than three points.
LrSuggestions suggest(std::span<const RangePoint> points, std::size_t skip_first,
                      std::size_t skip_last);

struct RangeTestOptions {
  double low = 1e-7;         ///< learning rate of the first step, > 0
  double high = 10;          ///< of the last one, > low
  std::int64_t steps = 100;  ///< at least 10, at most those of the run
  double smoothing = 0.98;   ///< beta of SmoothedLoss, in [0, 1)
  double divergence = 4;     ///< the test ends where the smoothed loss exceeds so many times the
                             ///< lowest one; > 1
  const StopFlag* stop = nullptr;
  std::function<void(const RangePoint&)> on_step = {};
};

struct RangeTest {
  std::string name;  ///< of the recipe
  RangeTestOptions options;
  std::vector<RangePoint> points;  ///< finite ones
  bool diverged = false;           ///< it ended before its last step
  double scaling = 1;              ///< lr_scaling's factor on the learning rates
  std::optional<double> current;   ///< the recipe's learning rate; of a scheduled one the highest
  LrSuggestions suggestions;
};

/// Trains the recipe's first steps with learning rates that grow exponentially from step to step:
/// lr_i = low * (high / low)^(i / (steps - 1)). Other learning rates of the recipe (muon's `rest`)
/// keep their ratio to it. Everything else is as in the run's first steps. Nothing is written, and
/// no image of the validation or test set is read but, where data.on_bad_image = "skip", to know
/// which images of the validation set can be read.
///
/// Throws Error: usage for options outside their ranges, and for learning rates that the optimizer
/// does not have; stopped when the stop flag was set; and the errors of train::plan(), step().
RangeTest range_test(const recipe::Recipe& recipe, data::Dataset data,
                     const RangeTestOptions& options);

/// The recipe with another learning rate; of a scheduled one, with another peak.
recipe::Recipe with_lr(const recipe::Recipe& recipe, double lr);

}  // namespace temper::tune

template <>
struct temper::EnumNames<temper::tune::LrRule> {
  static constexpr std::array<std::string_view, 2> value{"steepest_descent", "minimum_tenth"};
};
