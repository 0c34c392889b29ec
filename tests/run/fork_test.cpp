// Forks: runs that go on from another run's checkpoint with a changed recipe.
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "temper/run/run.h"
#include "temper/train/checkpoint.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using train::small::plan_of;

TEST(Fork, StartsAnotherOptimizerFromTheWeightsOfTheRun) {
  const train::small::Directory folder;
  EXPECT_FALSE(run(plan_of({}), {.directory = folder.path, .stop_at = 4}).finished);
  const auto forked =
      plan_of({"averaging=[]", "optimizer.kind=schedule_free_sgd", "lookahead={ k = 2 }"});
  auto state = train::start(forked.recipe, train::build_network(forked), forked.horizon);
  EXPECT_THAT(train::load_compatible(state, forked.recipe,
                                     train::checkpoint_at(folder.path / "checkpoints", 4)),
              Contains(HasSubstr("optimizer state does not fit and is reset")));

  const auto weights = train::weights(*state.network);
  const std::map<std::string, at::Tensor> named(weights.begin(), weights.end());
  std::map<std::string, int> compared;
  for (const auto& [name, tensor] : state.optimizer.tensors) {
    const auto slash = name.find('/');
    const auto part = name.substr(0, slash);
    if (part != "z" && part != "slow") continue;
    ++compared[part];
    EXPECT_TRUE(at::equal(tensor, named.at(name.substr(slash + 1)))) << name;
  }
  EXPECT_GT(compared["z"], 10);
  EXPECT_EQ(compared["slow"], compared["z"]);
}

}  // namespace
}  // namespace temper::run
