#include "temper/corrupt/benchmark/corruption_error.h"

#include <gtest/gtest.h>

#include <vector>

namespace temper::corrupt {
namespace {

std::vector<KindError> all(double times, double plus = 0) {
  std::vector<KindError> errors;
  for (int k = 0; k < kBenchmarkKinds; ++k)
    errors.push_back({static_cast<Kind>(k), times * alexnet_error(static_cast<Kind>(k)) + plus});
  return errors;
}

TEST(MeanErrors, OfAlexNetAreOne) {
  const auto means = mean_errors(all(1), kAlexNetCleanError);
  ASSERT_TRUE(means);
  EXPECT_NEAR(means->normalised, 1, 1e-12);
  EXPECT_NEAR(means->relative, 1, 1e-12);
  EXPECT_NEAR(means->error, 0.79, 0.01);  // of its published errors
}

TEST(MeanErrors, AreMeansOfRatios) {
  const auto half = mean_errors(all(0.5), 0.5 * kAlexNetCleanError);
  EXPECT_NEAR(half->normalised, 0.5, 1e-12);
  EXPECT_NEAR(half->relative, 0.5, 1e-12);
  // Errors that no corruption increases.
  EXPECT_NEAR(mean_errors(all(0, 0.2), 0.2)->relative, 0, 1e-12);
  EXPECT_NEAR(mean_errors(all(0, 0.2), 0.2)->error, 0.2, 1e-12);
}

TEST(MeanErrors, NeedAllKindsOfTheBenchmark) {
  auto errors = all(1);
  errors.push_back({Kind::spatter, 0.9});
  const auto with_others = mean_errors(errors, 0.4);
  ASSERT_TRUE(with_others);
  EXPECT_DOUBLE_EQ(with_others->error, mean_errors(all(1), 0.4)->error);
  errors.erase(errors.begin() + 3);
  EXPECT_FALSE(mean_errors(errors, 0.4));
  EXPECT_FALSE(mean_errors({}, 0.4));
}

/// Hendrycks and Dietterich's table for ResNet-50: CE in %, rounded, and the mCE that follows.
TEST(MeanErrors, GiveThePublishedFigureOfResNet50) {
  const std::vector<double> published{80, 82, 83, 75, 89, 78, 80, 78, 75, 66, 57, 71, 85, 77, 77};
  std::vector<KindError> errors;
  for (int k = 0; k < kBenchmarkKinds; ++k)
    errors.push_back({static_cast<Kind>(k), published[static_cast<std::size_t>(k)] / 100 *
                                                alexnet_error(static_cast<Kind>(k))});
  EXPECT_NEAR(100 * mean_errors(errors, 0.239)->normalised, 76.7, 0.5);
}

}  // namespace
}  // namespace temper::corrupt
