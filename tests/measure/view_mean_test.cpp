#include "temper/measure/view_mean.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

namespace temper::measure {
namespace {

at::Tensor logits(std::initializer_list<double> values) {
  return at::tensor(at::ArrayRef<double>(values.begin(), values.size()), at::kDouble)
      .to(at::kFloat)
      .view({-1, 3});
}

TEST(ViewMean, OfProbabilitiesIsTheirWeightedMean) {
  const auto first = logits({1, 2, 3, -1, 0, 4});
  const auto second = logits({3, 2, 0, 5, 5, 5});
  ViewMean mean(ViewAverage::probabilities);
  mean.add(first, 0.25);
  mean.add(second, 0.75);
  const auto expected = at::softmax(first, 1, at::kDouble)
                            .mul(0.25)
                            .add(at::softmax(second, 1, at::kDouble).mul(0.75));
  EXPECT_EQ(mean.result().scalar_type(), at::kFloat);
  EXPECT_TRUE(at::allclose(at::softmax(mean.result(), 1, at::kDouble), expected, 1e-6, 1e-7));
}

TEST(ViewMean, OfOutputsIsTheirWeightedMean) {
  ViewMean mean(ViewAverage::outputs);
  mean.add(logits({1, 2, 3}), 0.5);
  mean.add(logits({3, -2, 0}), 0.5);
  EXPECT_TRUE(at::allclose(mean.result(), logits({2, 0, 1.5})));
}

TEST(ViewMean, StaysFiniteWhereProbabilitiesVanish) {
  ViewMean mean(ViewAverage::probabilities);
  for (int view = 0; view < 3; ++view) mean.add(logits({3e4, 0, -3e4}), 1.0 / 3);
  EXPECT_TRUE(std::isfinite(mean.result().sum().item<double>()));
  EXPECT_NEAR(mean.result()[0][0].item<double>(), 0, 1e-6);
}

TEST(ViewMean, OfEqualViewsHasTheirProbabilities) {
  const auto view = logits({0.5, -0.25, 2});
  for (const auto what : {ViewAverage::probabilities, ViewAverage::outputs}) {
    ViewMean mean(what);
    for (int i = 0; i < 10; ++i) mean.add(view, 0.1);
    EXPECT_TRUE(at::allclose(at::softmax(mean.result(), 1), at::softmax(view, 1)));
  }
}

}  // namespace
}  // namespace temper::measure
