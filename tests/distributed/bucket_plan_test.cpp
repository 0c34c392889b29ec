#include "temper/distributed/bucket_plan.h"

#include <ATen/ops/empty.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace temper::distributed {
namespace {

using ::testing::ElementsAre;

at::Tensor parameter(std::int64_t numbers, at::ScalarType type = at::kFloat) {
  return at::empty({numbers}, type).requires_grad_();
}

/// The parameters of each bucket.
std::vector<std::vector<std::size_t>> parameters_of(const std::vector<PlannedBucket>& buckets) {
  std::vector<std::vector<std::size_t>> found;
  for (const auto& bucket : buckets) {
    auto& parameters = found.emplace_back();
    for (const auto& part : bucket.parts) parameters.push_back(part.parameter);
  }
  return found;
}

std::vector<std::int64_t> bytes_of(const std::vector<PlannedBucket>& buckets) {
  std::vector<std::int64_t> bytes;
  for (const auto& bucket : buckets) bytes.push_back(bucket.bytes);
  return bytes;
}

TEST(PlanBuckets, BeginsWithTheLastParametersAndASmallBucket) {
  const std::vector<at::Tensor> parameters{parameter(40), parameter(50), parameter(20),
                                           parameter(10), parameter(5)};
  // The first bucket has room for 60 bytes, the others for 320.
  const auto buckets = plan_buckets(parameters, {.first_bytes = 60, .bytes = 320});
  EXPECT_THAT(parameters_of(buckets),
              ElementsAre(ElementsAre(4, 3), ElementsAre(2, 1), ElementsAre(0)));
  EXPECT_EQ(buckets[1].parts[0].offset, 0);
  EXPECT_EQ(buckets[1].parts[1].offset, 32) << "20 numbers, up to a multiple of 16";
  // 16 + 16 numbers and 2 counts; 32 + 64 and 2; 48 and 1.
  EXPECT_THAT(bytes_of(buckets), ElementsAre(4 * 34, 4 * 98, 4 * 49));
  EXPECT_EQ(buckets[0].values, 34);
}

TEST(PlanBuckets, GivesALargeParameterOneOfItsOwn) {
  const std::vector<at::Tensor> parameters{parameter(8), parameter(1000), parameter(8)};
  EXPECT_THAT(parameters_of(plan_buckets(parameters, {.first_bytes = 64, .bytes = 64})),
              ElementsAre(ElementsAre(2), ElementsAre(1), ElementsAre(0)));
}

TEST(PlanBuckets, HoldsGradientsOfOneTypeThatAreAskedFor) {
  std::vector<at::Tensor> parameters{parameter(8), parameter(8, at::kDouble), parameter(8),
                                     parameter(8)};
  parameters[2].set_requires_grad(false);
  const auto buckets = plan_buckets(parameters);
  EXPECT_THAT(parameters_of(buckets), ElementsAre(ElementsAre(3), ElementsAre(1), ElementsAre(0)));
  EXPECT_THAT(bytes_of(buckets), ElementsAre(4 * 17, 8 * 17, 4 * 17));
  EXPECT_TRUE(plan_buckets({}).empty());
}

}  // namespace
}  // namespace temper::distributed
