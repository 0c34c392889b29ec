#include "temper/cost/rank_work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "temper/core/error.h"
#include "temper/distributed/bucket_plan.h"
#include "temper/model/graph.h"
#include "temper/train/plan_of_rank.h"
#include "tests/train/small_run.h"

namespace temper::cost {
namespace {

constexpr std::int64_t kSteps = 6;
constexpr Cluster kTwo{.ranks = 2, .local_ranks = 1, .link = {.bandwidth = 25e9, .latency = 50e-6}};

struct Case {
  train::Plan plan;
  RankWork work;
};

/// Batches of 8 images.
Case with(const std::vector<std::string>& sets, const Cluster& cluster = kTwo) {
  const auto recipe = train::small::recipe(sets);
  auto plan = train::plan(recipe, train::small::dataset(64));
  const auto part = train::plan_of_rank(plan, recipe, cluster.ranks, cluster.local_ranks);
  auto work = rank_work(plan, part, cluster, kSteps, /*loading_seconds=*/0.02);
  return {std::move(plan), std::move(work)};
}

TEST(RankWork, IsThatOfAPartOfTheBatch) {
  const auto [plan, work] = with({});
  EXPECT_EQ(work.images, 4);
  EXPECT_EQ(work.loaded, 4);
  EXPECT_EQ(work.threads, 1);
  EXPECT_EQ(work.passes, 1);
  EXPECT_GT(work.backward, 0);
  EXPECT_GT(work.computation, work.backward);
  EXPECT_GT(work.loading, 0);
  EXPECT_GT(work.memory, 0U);
  EXPECT_TRUE(work.waited.empty());
  EXPECT_EQ(work.partners, 0);
  EXPECT_EQ(work.collected, 0);

  const auto network = train::build_network(plan);
  std::vector<at::Tensor> parameters;
  for (const auto& parameter : network->parameters()) parameters.push_back(parameter.value);
  const auto buckets = distributed::plan_buckets(parameters);
  ASSERT_EQ(work.buckets.size(), buckets.size());
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    EXPECT_EQ(work.buckets[i].bytes, buckets[i].bytes);
    EXPECT_LE(work.buckets[i].ready, 0);
    EXPECT_GE(work.buckets[i].ready, -work.backward * 10);
  }
  EXPECT_EQ(work.buckets.back().ready, 0) << "the first layer's gradient is the last one";

  std::int64_t statistics = 0;
  for (const auto& buffer : network->buffers())
    if (!buffer.fixed && buffer.value.is_floating_point()) statistics += buffer.value.numel();
  EXPECT_EQ(work.statistics, 8 * statistics);
}

TEST(RankWork, NotesTheSumsOfBatchNorm) {
  const auto [plan, work] = with({"sync_bn=true"});
  std::vector<std::int64_t> forward;
  std::vector<std::int64_t> backward;
  const auto graph = train::build_network(plan)->graph(plan.task);
  ASSERT_TRUE(graph.has_value());
  for (const auto& node : graph->nodes)
    if (node.operation == model::Operation::normalization) {
      forward.push_back(8 * (2 * node.shape.channels + 1));
      backward.push_back(8 * 2 * node.shape.channels);
    }
  ASSERT_EQ(work.waited.size(), forward.size() + backward.size());
  forward.insert(forward.end(), backward.begin(), backward.end());
  EXPECT_THAT(work.waited, ::testing::UnorderedElementsAreArray(forward));
  EXPECT_TRUE(with({"sync_bn=true"}, {.ranks = 1, .link = kTwo.link}).work.waited.empty());
}

TEST(RankWork, CountsTheImagesThatOtherRanksHave) {
  constexpr double image = 12 * 12 * sizeof(float);
  // Rows 0 to 3 are mixed with 7 to 4, which are those of the other rank.
  EXPECT_EQ(with({"mixing={methods=[{kind='mixup'}], partner='reversed'}"}).work.partners,
            4 * image);
  EXPECT_EQ(with({"mixing={methods=[{kind='mixup'}], partner='reversed', p=0}"}).work.partners, 0);
  EXPECT_EQ(with({"mixing={methods=[{kind='mixup'}], partner='reversed', across_ranks=false}"})
                .work.partners,
            0);
  // Rank 0 has one more partner than those of its own rows: row 7, of row 0.
  EXPECT_EQ(with({"mixing={methods=[{kind='mixup'}], partner='rolled'}"}).work.partners, image);
  EXPECT_EQ(with({"adversarial={kind='free'}"}).work.collected, 4 * image);
}

TEST(RankWork, CountsTheParametersThatRanksSendEachOther) {
  const std::vector<std::string> divided{"shard_optimizer=true", "optimizer={kind='adamw'}"};
  const auto [plan, work] = with(divided);
  std::int64_t bytes = 0;
  const auto network = train::build_network(plan);
  for (const auto& parameter : network->parameters())
    bytes += static_cast<std::int64_t>(parameter.value.nbytes());
  EXPECT_EQ(work.parameters.size(), 2U) << "one message of each rank";
  EXPECT_EQ(work.parameters[0] + work.parameters[1], bytes);
  EXPECT_TRUE(with(divided, {.ranks = 1, .link = kTwo.link}).work.parameters.empty());
  EXPECT_TRUE(with({}).work.parameters.empty());
}

TEST(RankWork, CountsThePassesThatSendGradients) {
  const auto [plan, work] = with({"sam={}", "data.micro_batches=2"});
  EXPECT_EQ(work.passes, 2);
  // Half of the four backward passes are followed by another one.
  EXPECT_LT(4 * work.backward, work.computation);
}

TEST(RankWork, RefusesWhatTrainingRefuses) {
  EXPECT_THROW((void)with({}, {.ranks = 9, .link = kTwo.link}), Error);
  EXPECT_THROW((void)with({"mixing={methods=[{kind='manifold_mixup', stages=[1]}]}"}), Error);
}

TEST(RankWork, HasStatisticsOfAllRanksWithSyncBn) {
  // 12 x 12 pixels become a single one before layer3, and each rank has one image.
  std::vector<std::string> sets{"model.depth=18", "model.stem=imagenet"};
  const Cluster eight{.ranks = 8, .link = kTwo.link};
  EXPECT_THROW((void)with(sets, eight), Error);
  sets.emplace_back("sync_bn=true");
  EXPECT_FALSE(with(sets, eight).work.waited.empty());
}

}  // namespace
}  // namespace temper::cost
