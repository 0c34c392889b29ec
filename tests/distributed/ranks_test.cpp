#include "temper/distributed/ranks.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "tests/support/refusal.h"

namespace temper::distributed {
namespace {

using Variables = std::map<std::string, std::string>;

std::optional<Ranks> ranks_in(const Variables& variables) {
  return ranks_of([&variables](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

/// The message of the refusal.
std::string refusal(const Variables& variables) {
  return temper::testing::refusal([&] { (void)ranks_in(variables); });
}

const Variables& torchrun() {
  static const Variables variables{{"RANK", "5"},
                                   {"WORLD_SIZE", "8"},
                                   {"LOCAL_RANK", "1"},
                                   {"LOCAL_WORLD_SIZE", "4"},
                                   {"MASTER_ADDR", "node-1"},
                                   {"MASTER_PORT", "29400"},
                                   {"TORCHELASTIC_USE_AGENT_STORE", "True"}};
  return variables;
}

Variables with(Variables variables, const std::string& name, const std::string& value) {
  variables[name] = value;
  return variables;
}

Variables without(Variables variables, const std::string& name) {
  variables.erase(name);
  return variables;
}

TEST(Ranks, AreNothingWithoutALauncher) {
  EXPECT_FALSE(ranks_in({}));
  EXPECT_FALSE(ranks_in({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}}));  // a batch script
}

TEST(Ranks, AreNothingForASingleProcess) {
  EXPECT_FALSE(ranks_in({{"RANK", "0"}, {"WORLD_SIZE", "1"}}));
  EXPECT_FALSE(ranks_in({{"SLURM_STEP_NUM_TASKS", "1"}}));
  EXPECT_FALSE(ranks_in({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "1"}}));
}

TEST(Ranks, OfTorchrun) {
  const auto ranks = ranks_in(torchrun());
  ASSERT_TRUE(ranks);
  EXPECT_EQ(ranks->rank, 5);
  EXPECT_EQ(ranks->size, 8);
  EXPECT_EQ(ranks->local_rank, 1);
  EXPECT_EQ(ranks->local_size, 4);
  EXPECT_EQ(ranks->host, "node-1");
  EXPECT_EQ(ranks->port, 29400);
  EXPECT_TRUE(ranks->has_store);
  EXPECT_TRUE(ranks->knows_local);
}

TEST(Ranks, SetByHandNeedNoLocalOnes) {
  const auto ranks = ranks_in(
      {{"RANK", "1"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "127.0.0.1"}, {"MASTER_PORT", "1234"}});
  ASSERT_TRUE(ranks);
  EXPECT_EQ(ranks->local_size, 1);
  EXPECT_FALSE(ranks->knows_local);
  EXPECT_FALSE(ranks->has_store);
}

TEST(Ranks, SetByHandWithALocalRankNeedTheNumberOfLocalOnes) {
  EXPECT_NE(refusal({{"RANK", "1"},
                     {"WORLD_SIZE", "2"},
                     {"LOCAL_RANK", "1"},
                     {"MASTER_ADDR", "127.0.0.1"},
                     {"MASTER_PORT", "1234"}})
                .find("LOCAL_RANK is 1 and LOCAL_WORLD_SIZE is not set"),
            std::string::npos);
}

TEST(Ranks, OfOpenMpi) {
  const Variables one_machine{{"OMPI_COMM_WORLD_RANK", "1"},
                              {"OMPI_COMM_WORLD_SIZE", "2"},
                              {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                              {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
                              {"PMIX_NAMESPACE", "1"}};
  const auto ranks = ranks_in(one_machine);
  ASSERT_TRUE(ranks);
  EXPECT_EQ(ranks->host, "127.0.0.1");
  EXPECT_GE(ranks->port, 15000);
  EXPECT_LT(ranks->port, 30000);
  const auto other = ranks_in(with(one_machine, "PMIX_NAMESPACE", "2"));
  EXPECT_NE(ranks->port, other->port);
  const auto several = with(one_machine, "OMPI_COMM_WORLD_LOCAL_SIZE", "1");
  EXPECT_NE(refusal(with(several, "OMPI_COMM_WORLD_LOCAL_RANK", "0")).find("MASTER_ADDR"),
            std::string::npos);
}

TEST(Ranks, OfSlurm) {
  const Variables srun{{"SLURM_STEP_NUM_TASKS", "7"},
                       {"SLURM_PROCID", "6"},
                       {"SLURM_LOCALID", "0"},
                       {"SLURM_NODEID", "3"},
                       {"SLURM_STEP_TASKS_PER_NODE", "2(x3),1"},
                       {"SLURM_STEP_NODELIST", "gpu[07-09],login"},
                       {"SLURM_JOB_ID", "31"},
                       {"SLURM_STEP_ID", "2"}};
  const auto ranks = ranks_in(srun);
  ASSERT_TRUE(ranks);
  EXPECT_EQ(ranks->rank, 6);
  EXPECT_EQ(ranks->size, 7);
  EXPECT_EQ(ranks->local_size, 1);
  EXPECT_EQ(ranks->host, "gpu07");
  EXPECT_GE(ranks->port, 15000);
  EXPECT_LT(ranks->port, 30000);
  const auto next_job = ranks_in(with(with(srun, "SLURM_JOB_ID", "32"), "SLURM_STEP_ID", "1"));
  EXPECT_NE(ranks->port, next_job->port);
  EXPECT_EQ(ranks_in(with(srun, "SLURM_NODEID", "2"))->local_size, 2);
  EXPECT_EQ(ranks_in(with(srun, "MASTER_ADDR", "other"))->host, "other");
  EXPECT_EQ(ranks_in(with(srun, "MASTER_PORT", "999"))->port, 999);
}

TEST(Ranks, OfOpenMpiPrecedeThoseOfSlurm) {
  const auto ranks = ranks_in({{"SLURM_STEP_NUM_TASKS", "1"},
                               {"OMPI_COMM_WORLD_RANK", "0"},
                               {"OMPI_COMM_WORLD_SIZE", "2"},
                               {"OMPI_COMM_WORLD_LOCAL_RANK", "0"},
                               {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
  ASSERT_TRUE(ranks);
  EXPECT_EQ(ranks->launcher, "mpirun");
}

TEST(Ranks, AreRefusedInOneSentence) {
  const std::vector<std::pair<Variables, std::string>> cases{
      {without(torchrun(), "WORLD_SIZE"), "WORLD_SIZE is not set"},
      {without(torchrun(), "RANK"), "RANK is not set"},
      {without(torchrun(), "MASTER_ADDR"), "MASTER_ADDR is not set"},
      {without(torchrun(), "MASTER_PORT"), "MASTER_PORT is not set"},
      {with(torchrun(), "RANK", "8"), "RANK is '8'; expected an integer from 0 to 7"},
      {with(torchrun(), "RANK", "-1"), "RANK is '-1'"},
      {with(torchrun(), "RANK", "1x"), "RANK is '1x'"},
      {with(torchrun(), "WORLD_SIZE", "0"), "WORLD_SIZE is '0'"},
      {with(torchrun(), "WORLD_SIZE", "99999999999999999999"), "WORLD_SIZE is"},
      {with(torchrun(), "LOCAL_RANK", "4"), "LOCAL_RANK is '4'; expected an integer from 0 to 3"},
      {with(torchrun(), "LOCAL_WORLD_SIZE", "9"), "LOCAL_WORLD_SIZE is '9'"},
      {with(torchrun(), "MASTER_PORT", "65536"), "MASTER_PORT is '65536'"}};
  for (const auto& [variables, text] : cases) {
    const auto message = refusal(variables);
    EXPECT_NE(message.find(text), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
}

TEST(Hosts, OfSlurmsLists) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(hosts_of("a"), Names{"a"});
  EXPECT_EQ(hosts_of("a,b"), (Names{"a", "b"}));
  EXPECT_EQ(hosts_of("gpu[01-03,7],login"), (Names{"gpu01", "gpu02", "gpu03", "gpu7", "login"}));
  EXPECT_EQ(hosts_of("rack[1-2]-gpu[8-9].local"), (Names{"rack1-gpu8.local", "rack1-gpu9.local",
                                                         "rack2-gpu8.local", "rack2-gpu9.local"}));
  for (const auto* bad : {"", ",", "a[", "a[1", "a[]", "a[1-2][]", "a[x]", "a[2-1]", "a]",
                          "a[1-999999999]", "a[1][1][1][1][1][1][1][1][1]"})
    EXPECT_THROW((void)hosts_of(bad), Error) << bad;
}

TEST(Rows, OfAllRanksAreAllRowsInTheirOrder) {
  for (const std::int64_t all : {0, 1, 7, 8, 128})
    for (const std::int64_t size : {1, 2, 3, 8}) {
      std::int64_t next = 0;
      for (std::int64_t rank = 0; rank < size; ++rank) {
        const auto rows = rows_of(all, rank, size);
        EXPECT_EQ(rows.first, next);
        EXPECT_GE(rows.count, all / size);
        EXPECT_LE(rows.count, all / size + 1);
        next += rows.count;
      }
      EXPECT_EQ(next, all);
    }
}

}  // namespace
}  // namespace temper::distributed
