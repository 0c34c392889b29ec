#include "temper/corrupt/arrays/plasma.h"

namespace temper::corrupt {
namespace {

/// The points of a scale: `step` apart, in rows and columns that begin at 0 or in the middle.
class Scale {
 public:
  Scale(Samples& map, int step, double noise, Draws& draws)
      : map_(map), step_(step), noise_(noise), draws_(draws) {}

  /// The middle of each square of four corners.
  void squares() {
    each([this](int y, int x) {
      set(2 * y + 1, 2 * x + 1,
          (corner(y, x) + corner(y + 1, x)) + (corner(y, x + 1) + corner(y + 1, x + 1)));
    });
  }
  /// The middle of each diamond of two corners and two middles of squares: those between corners of
  /// one row first, then those of one column.
  void diamonds() {
    each([this](int y, int x) {
      set(2 * y, 2 * x + 1, (middle(y, x) + middle(y - 1, x)) + (corner(y, x) + corner(y, x + 1)));
    });
    each([this](int y, int x) {
      set(2 * y + 1, 2 * x, (middle(y, x) + middle(y, x - 1)) + (corner(y, x) + corner(y + 1, x)));
    });
  }

 private:
  template <class Visit>
  void each(const Visit& visit) {
    const int n = map_.height / step_;
    for (int y = 0; y < n; ++y)
      for (int x = 0; x < n; ++x) visit(y, x);
  }
  /// In half steps.
  double& at(int y, int x) {
    const int mask = map_.height - 1;
    return map_.row((y * step_ / 2) & mask)[(x * step_ / 2) & mask];
  }
  double corner(int y, int x) { return at(2 * y, 2 * x); }
  double middle(int y, int x) { return at(2 * y + 1, 2 * x + 1); }
  void set(int y, int x, double sum) {
    at(y, x) = sum / 4 + noise_ * draws_.uniform(-noise_, noise_);
  }

  Samples& map_;
  int step_;
  double noise_;
  Draws& draws_;
};

}  // namespace

void plasma(int size, double decay, Draws& draws, Samples& map) {
  map.clear(size, size, 1);
  double noise = 100;
  for (int step = size; step >= 2; step /= 2, noise /= decay) {
    Scale scale(map, step, noise, draws);
    scale.squares();
    scale.diamonds();
  }
  const double least = *std::min_element(map.values.begin(), map.values.end());
  for (auto& value : map.values) value -= least;
  const double most = *std::max_element(map.values.begin(), map.values.end());
  if (most > 0)
    for (auto& value : map.values) value /= most;
}

int power_of_two(int n) {
  int power = 1;
  while (power < n) power *= 2;
  return power;
}

}  // namespace temper::corrupt
