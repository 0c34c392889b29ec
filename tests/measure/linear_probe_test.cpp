// The linear probe against scikit-learn; scripts/golden/features.py wrote the numbers.
#include "temper/measure/linear_probe.h"

#include <ATen/ops/argmax.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "temper/core/error.h"
#include "tests/support/golden.h"
#include "tests/support/tensor.h"

namespace temper::measure {
namespace {

using temper::testing::tensor;

double farthest(const at::Tensor& found, const at::Tensor& expected) {
  return found.sub(expected).abs().max().item<double>();
}

class Probe : public ::testing::Test {
 protected:
  const nlohmann::json golden = temper::testing::golden("measure/features.json");
  const at::Tensor features = tensor(golden["features"]);
  const at::Tensor labels = tensor(golden["labels"]).to(at::kLong);
  const at::Tensor queries = tensor(golden["queries"]);
};

TEST_F(Probe, IsScikitLearnsLogisticRegression) {
  for (const auto& expected : golden["probes"]) {
    SCOPED_TRACE(expected["c"].dump() + ", " + expected["classes"].dump());
    const auto classes = expected["classes"].get<std::int64_t>();
    const auto chosen = labels.lt(classes).nonzero().flatten();
    const auto probe =
        fit_linear_probe(features.index_select(0, chosen), labels.index_select(0, chosen), classes,
                         {.c = expected["c"].get<double>(), .tolerance = 1e-10});
    EXPECT_TRUE(probe.converged);
    const auto coefficients = tensor(expected["coefficients"]);
    const auto intercepts = tensor(expected["intercepts"]);
    if (classes == 2) {  // one logit, the difference of the two
      EXPECT_LT(
          farthest(probe.weight.narrow(0, 1, 1).sub(probe.weight.narrow(0, 0, 1)), coefficients),
          1e-5);
      EXPECT_LT(farthest(probe.bias.narrow(0, 1, 1).sub(probe.bias.narrow(0, 0, 1)), intercepts),
                1e-5);
    } else {
      EXPECT_LT(farthest(probe.weight, coefficients), 1e-5);
      EXPECT_LT(farthest(probe.bias, intercepts), 1e-5);
    }
    const auto predicted = expected["predicted"].get<std::vector<std::int64_t>>();
    EXPECT_TRUE(
        at::equal(probe_logits(probe, queries).argmax(1), at::tensor(predicted, at::kLong)));
  }
}

TEST_F(Probe, TakesFeaturesOfFloat) {
  const auto exact = fit_linear_probe(features, labels, 4);
  const auto found = fit_linear_probe(features.to(at::kFloat), labels, 4);
  EXPECT_TRUE(at::equal(found.weight, exact.weight)) << "the numbers are multiples of 1/64";
}

TEST_F(Probe, SaysWhenItHasNotConverged) {
  const auto probe = fit_linear_probe(features, labels, 4, {.most_iterations = 2});
  EXPECT_FALSE(probe.converged);
  EXPECT_EQ(probe.iterations, 2);
}

TEST_F(Probe, SeparableClassesHaveAFiniteMinimum) {
  const auto x = at::tensor(std::vector<double>{-2, -1, 1, 2}, at::kDouble).view({4, 1});
  const auto y = at::tensor(std::vector<std::int64_t>{0, 0, 1, 1}, at::kLong);
  const auto probe = fit_linear_probe(x, y, 2, {.c = 1e4});
  EXPECT_TRUE(probe.converged);
  EXPECT_TRUE(at::equal(probe_logits(probe, x).argmax(1), y));
}

TEST_F(Probe, RefusesWhatDoesNotFit) {
  const auto code = [](const auto& call) {
    try {
      call();
    } catch (const Error& error) {
      return error.code();
    }
    return Code::internal;
  };
  EXPECT_EQ(code([&] { fit_linear_probe(features, labels, 4, {.c = 0}); }), Code::usage);
  EXPECT_EQ(code([&] { fit_linear_probe(features, labels, 3); }), Code::data);
  EXPECT_EQ(code([&] { fit_linear_probe(features, at::zeros({150}, at::kLong), 4); }), Code::data);
  EXPECT_EQ(code([&] { fit_linear_probe(features.flatten(), labels, 4); }), Code::data);
  EXPECT_EQ(code([&] {
              fit_linear_probe(at::full({150, 2}, std::numeric_limits<double>::quiet_NaN()), labels,
                               4);
            }),
            Code::data);
}

TEST_F(Probe, EndsWhenItIsAskedTo) {
  std::int64_t asked = 0;
  const auto probe = fit_linear_probe(features, labels, labels.max().item<std::int64_t>() + 1,
                                      {.cancel = [&asked] { return ++asked > 2; }});
  EXPECT_EQ(probe.iterations, 2);
  EXPECT_FALSE(probe.converged);
}

}  // namespace
}  // namespace temper::measure
