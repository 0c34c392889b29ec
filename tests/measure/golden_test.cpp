// Against torchmetrics, PyTorch and scipy; scripts/golden/measure.py wrote the numbers.
#include <gtest/gtest.h>

#include "temper/measure/accuracy.h"
#include "temper/measure/calibration.h"
#include "temper/measure/confusion.h"
#include "temper/measure/interval.h"
#include "temper/measure/likelihood.h"
#include "tests/support/golden.h"
#include "tests/support/tensor.h"

namespace temper::measure {
namespace {

class MeasureGolden : public ::testing::Test {
 protected:
  double number(const char* name) const { return golden[name].get<double>(); }

  const nlohmann::json golden = temper::testing::golden("measure/measure.json");
  const at::Tensor logits = temper::testing::tensor(golden["logits"]);
  const at::Tensor labels = temper::testing::tensor(golden["labels"]).to(at::kLong);
};

TEST_F(MeasureGolden, AccuracyIsTorchmetrics) {
  EXPECT_NEAR(top_k_accuracy(logits, labels), number("top1"), 1e-6);
  EXPECT_NEAR(top_k_accuracy(logits, labels, 3), number("top3"), 1e-6);
}

TEST_F(MeasureGolden, ConfusionPrecisionAndRecallAreTorchmetrics) {
  const auto confusion = confusion_matrix(logits, labels);
  const auto counts = class_counts(confusion);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    EXPECT_NEAR(counts[i].recall().value_or(0), golden["recall"][i].get<double>(), 1e-6);
    EXPECT_NEAR(counts[i].precision().value_or(0), golden["precision"][i].get<double>(), 1e-6);
    for (std::size_t j = 0; j < counts.size(); ++j)
      EXPECT_EQ(confusion.data_ptr<std::int64_t>()[i * counts.size() + j],
                golden["confusion"][i][j].get<std::int64_t>());
  }
}

TEST_F(MeasureGolden, CalibrationErrorIsTorchmetrics) {
  EXPECT_NEAR(expected_calibration_error(reliability(logits, labels)), number("ece15"), 1e-7);
  EXPECT_NEAR(expected_calibration_error(reliability(logits, labels, 4)), number("ece4"), 1e-7);
}

TEST_F(MeasureGolden, LikelihoodIsPyTorchsCrossEntropy) {
  EXPECT_NEAR(negative_log_likelihood(logits, labels), number("nll"), 1e-12);
  EXPECT_NEAR(negative_log_likelihood(logits.to(at::kFloat), labels), number("nll"), 1e-12);
}

TEST_F(MeasureGolden, IntervalIsScipys) {
  for (const auto& row : golden["wilson"]) {
    const auto interval = wilson(row[0].get<std::int64_t>(), row[1].get<std::int64_t>());
    EXPECT_NEAR(interval.low, row[2].get<double>(), 1e-12);
    EXPECT_NEAR(interval.high, row[3].get<double>(), 1e-12);
  }
}

}  // namespace
}  // namespace temper::measure
