// Nearest neighbors against scikit-learn; scripts/golden/features.py wrote the numbers.
#include "temper/measure/knn.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "temper/core/error.h"
#include "tests/support/golden.h"
#include "tests/support/tensor.h"

namespace temper::measure {
namespace {

using temper::testing::tensor;
using ::testing::HasSubstr;

at::Tensor rows(const std::vector<double>& numbers) {
  return at::tensor(numbers, at::kDouble).view({-1, 2});
}

at::Tensor labels_of(const std::vector<std::int64_t>& labels) {
  return at::tensor(labels, at::kLong);
}

TEST(NearestNeighbors, AreScikitLearns) {
  const auto golden = temper::testing::golden("measure/features.json");
  const auto features = tensor(golden["features"]);
  const auto labels = tensor(golden["labels"]).to(at::kLong);
  const auto queries = tensor(golden["queries"]);
  for (const auto& expected : golden["neighbors"]) {
    const auto found =
        nearest_neighbors(features, labels, queries, expected["k"].get<std::int64_t>());
    EXPECT_TRUE(at::equal(found, labels_of(expected["predicted"].get<std::vector<std::int64_t>>())))
        << expected["k"];
  }
}

TEST(NearestNeighbors, SeeDirectionsAlone) {
  const auto known = rows({1, 0, 0, 1});
  const auto labels = labels_of({4, 2});
  EXPECT_TRUE(at::equal(nearest_neighbors(known, labels, rows({100, 1, 0.001, 0.002}), 1),
                        labels_of({4, 2})));
  EXPECT_TRUE(
      at::equal(nearest_neighbors(known.to(at::kFloat), labels, rows({3, 1}).to(at::kFloat), 1),
                labels_of({4})));
}

TEST(NearestNeighbors, OfEquallyManyVotesTheLowestClassWins) {
  const auto known = rows({1, 0.1, 1, 0.2, 1, 0.3, 1, 0.4});
  EXPECT_TRUE(at::equal(nearest_neighbors(known, labels_of({3, 1, 3, 1}), rows({1, 0}), 4),
                        labels_of({1})));
  EXPECT_TRUE(at::equal(nearest_neighbors(known, labels_of({3, 1, 3, 1}), rows({1, 0}), 3),
                        labels_of({3})));
}

TEST(NearestNeighbors, ZerosAreSimilarToNone) {
  const auto known = rows({0, 0, 1, 1});
  EXPECT_TRUE(
      at::equal(nearest_neighbors(known, labels_of({0, 1}), rows({1, 0}), 1), labels_of({1})));
}

TEST(NearestNeighbors, RefuseWhatDoesNotFit) {
  const auto refused = [](const auto& call) -> std::string {
    try {
      call();
      return "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::data);
      return error.what();
    }
  };
  const auto known = rows({1, 0, 0, 1});
  const auto labels = labels_of({0, 1});
  EXPECT_THAT(refused([&] { nearest_neighbors(known, labels, known, 3); }),
              HasSubstr("3 nearest neighbors among 2 images"));
  EXPECT_THAT(refused([&] { nearest_neighbors(known, labels_of({0}), known, 1); }),
              HasSubstr("expected [n, d], [n] and [m, d]"));
  EXPECT_THAT(refused([&] { nearest_neighbors(known, labels, at::zeros({1, 3}, at::kDouble), 1); }),
              HasSubstr("expected [n, d], [n] and [m, d]"));
  EXPECT_THAT(refused([&] { nearest_neighbors(known, labels_of({0, -1}), known, 1); }),
              HasSubstr("without a label"));
}

}  // namespace
}  // namespace temper::measure
