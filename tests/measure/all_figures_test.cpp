// All metrics of a set of predictions at once.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/full.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temper/core/error.h"
#include "temper/measure/accuracy.h"
#include "temper/measure/figures.h"
#include "temper/measure/likelihood.h"

namespace temper::measure {
namespace {

struct Answers {
  at::Tensor logits;
  at::Tensor labels;
};

Answers answers(std::int64_t images, std::int64_t classes) {
  auto generator = at::detail::createCPUGenerator(3);
  Answers all{at::randn({images, classes}, generator, at::kFloat).mul(2),
              at::randint(classes, {images}, generator, at::kLong)};
  all.logits.scatter_add_(1, all.labels.unsqueeze(1), at::full({images, 1}, 3.0F));
  return all;
}

TEST(Metrics, AreThoseOfEveryMeasureAlone) {
  const auto [logits, labels] = answers(400, 12);
  const auto f = figures(logits, labels, {.k = 3, .bins = 10});
  EXPECT_EQ(f.images, 400);
  EXPECT_EQ(f.classes, 12);
  EXPECT_EQ(f.correct, top_k_hits(logits, labels));
  EXPECT_EQ(*f.top_k_correct, top_k_hits(logits, labels, 3));
  EXPECT_DOUBLE_EQ(*f.top_k(), top_k_accuracy(logits, labels, 3));
  EXPECT_DOUBLE_EQ(f.nll, negative_log_likelihood(logits, labels));
  EXPECT_DOUBLE_EQ(f.brier, brier_score(logits, labels));
  EXPECT_EQ(f.bins.size(), 10U);
  const auto mass = reliability(logits, labels, 10, Binning::mass);
  EXPECT_DOUBLE_EQ(f.calibration.width, expected_calibration_error(f.bins));
  EXPECT_DOUBLE_EQ(f.calibration.mass, expected_calibration_error(mass));
  EXPECT_DOUBLE_EQ(f.calibration.debiased, debiased_calibration_error(mass));
  EXPECT_EQ(f.confusion.sum().item<std::int64_t>(), 400);
  EXPECT_EQ(f.counts.size(), 12U);
}

TEST(Metrics, HoldTheirOwnValueInTheirIntervals) {
  const auto [logits, labels] = answers(400, 12);
  const auto f = figures(logits, labels);
  for (const auto& interval : {f.accuracy_interval, f.accuracy_bootstrap}) {
    EXPECT_LT(interval.low, f.accuracy());
    EXPECT_GT(interval.high, f.accuracy());
  }
  EXPECT_NEAR(f.accuracy_interval.low, f.accuracy_bootstrap.low, 0.01);
  EXPECT_LT(f.nll_bootstrap.low, f.nll);
  EXPECT_GT(f.nll_bootstrap.high, f.nll);
}

TEST(Metrics, OfNoMoreThanKClassesHaveNoTopK) {
  const auto [logits, labels] = answers(50, 5);
  EXPECT_FALSE(figures(logits, labels).top_k());
  EXPECT_TRUE(figures(logits, labels, {.k = 4}).top_k());
}

TEST(Metrics, OfImagesOfOneClassLeaveTheOthersWithoutRecall) {
  const auto [logits, labels] = answers(50, 4);
  const auto f = figures(logits, at::zeros({50}, at::kLong));
  EXPECT_EQ(f.counts[0].labelled, 50);
  EXPECT_TRUE(f.counts[0].recall());
  EXPECT_FALSE(f.counts[1].recall());
}

TEST(Metrics, RefuseNoImagesAndOneClass) {
  const auto refused = [](const at::Tensor& logits, const at::Tensor& labels) {
    try {
      figures(logits, labels);
      return std::string("nothing was thrown");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::data);
      return std::string(error.what());
    }
  };
  const auto none = at::zeros({0}, at::kLong);
  EXPECT_THAT(refused(at::zeros({0, 3}), none), ::testing::HasSubstr("images >= 1"));
  EXPECT_THAT(refused(at::zeros({4, 1}), at::zeros({4}, at::kLong)),
              ::testing::HasSubstr("classes >= 2"));
}

}  // namespace
}  // namespace temper::measure
