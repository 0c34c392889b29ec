// Properties of every semi-supervised method; a new one is covered as soon as it is added.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/softmax.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "temper/semi/method.h"
#include "tests/support/options.h"

namespace temper::semi {
namespace {

constexpr std::int64_t kRows = 6;
constexpr std::int64_t kClasses = 3;

class EverySemiMethod : public ::testing::TestWithParam<std::string_view> {
 protected:
  [[nodiscard]] static Method method(nlohmann::json options = nlohmann::json::object()) {
    return temper::testing::alternative<Method>(GetParam(), std::move(options));
  }
  /// Some logits of as many views as the method trains on, and targets of others.
  [[nodiscard]] static Inputs inputs(double scale = 4) {
    const auto views = trained_views(method());
    const auto count = kRows * views * kClasses;
    const auto some = [&](double step) {
      return at::sin(at::arange(count, at::kFloat) * step).reshape({kRows, views, kClasses});
    };
    return {.logits = some(1.7).mul(scale), .targets = at::softmax(some(0.9).mul(2), 2)};
  }
};

TEST_P(EverySemiMethod, HasALossThatIsFiniteAndInProportionToItsWeight) {
  const auto one = loss(method({{"weight", 1.0}}), inputs(), kRows);
  const auto three = loss(method({{"weight", 3.0}}), inputs(), kRows);
  EXPECT_GE(one.item<double>(), 0);
  EXPECT_NEAR(three.item<double>(), 3 * one.item<double>(), 1e-5);
  EXPECT_EQ(loss(method({{"weight", 0.0}}), inputs(), kRows).item<double>(), 0);
  const auto extreme = loss(method({{"weight", 1.0}}), inputs(1e4), kRows);
  EXPECT_TRUE(at::isfinite(extreme).item<bool>());
}

TEST_P(EverySemiMethod, PartsOfABatchAddUpToIt) {
  const auto all = inputs();
  const auto part = [&](std::int64_t first, std::int64_t count) {
    return loss(method(),
                {.logits = all.logits.narrow(0, first, count),
                 .targets = all.targets.narrow(0, first, count)},
                kRows)
        .item<double>();
  };
  EXPECT_NEAR(part(0, 2) + part(2, 4), loss(method(), all, kRows).item<double>(), 1e-5);
}

TEST_P(EverySemiMethod, TrainsOnViewsThatAreLoaded) {
  EXPECT_GE(trained_views(method()), 1);
  EXPECT_LE(trained_views(method()), views_of(method()).count());
}

INSTANTIATE_TEST_SUITE_P(Semi, EverySemiMethod,
                         ::testing::ValuesIn(temper::testing::kinds<Method>()),
                         [](const auto& test) { return std::string(test.param); });

TEST(PseudoLabels, GiveNoGradientBelowTheThreshold) {
  auto logits = at::full({2, 3}, 0.5, at::kFloat);
  logits.select(0, 1).select(0, 0).fill_(9);
  logits.set_requires_grad(true);
  pseudo_label_rows(logits, logits, 0.9).sum().backward();
  EXPECT_EQ(logits.grad()[0].abs().sum().item<double>(), 0);
  EXPECT_NE(logits.grad()[1].abs().sum().item<double>(), 0);
}

TEST(Sharpening, OfTemperatureOneChangesNothingAndOfZeroNearlyChooses) {
  const auto p = at::softmax(at::arange(6, at::kFloat).reshape({2, 3}), 1);
  EXPECT_TRUE(at::allclose(sharpened(p, 1), p));
  const auto sharp = sharpened(p, 1e-3);
  EXPECT_TRUE(at::allclose(sharp.sum(1), at::full({2}, 1.0, at::kFloat)));
  EXPECT_GT(sharp.amax(1).min().item<double>(), 0.999);
}

TEST(MeanTeacherDecay, BeginsAsTheMean) {
  const TeacherOptions options{.ema_decay = 0.9};
  EXPECT_EQ(decay_at(options, 1), 0.5);
  EXPECT_DOUBLE_EQ(decay_at(options, 3), 0.75);
  EXPECT_EQ(decay_at(options, 1000), 0.9);
  EXPECT_EQ(decay_at({.ema_decay = 0.9, .ema_warmup = false}, 1), 0.9);
}

}  // namespace
}  // namespace temper::semi
