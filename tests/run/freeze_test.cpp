// Stages that are frozen for the first epochs of a run.
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "temper/io/disk/hash.h"
#include "temper/run/run.h"
#include "temper/train/step.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

/// 51 images to train on: epochs of 6 steps.
constexpr std::int64_t kEpoch = 6;

/// Every option that changes weights, including those without weight decay by default.
const std::vector<std::string> kEverything{
    "freeze={ stages = 2, epochs = 1 }",
    "optimizer={ kind = \"adamw\", lr = 0.01, weight_decay = 0.1 }",
    "parameters.decay_all=true",
    "clip={ kind = \"norm\", max_norm = 0.1 }",
    "sam=true",
    "lookahead={ k = 2 }",
    "penalty={ l1 = 0.01, l2 = 0.01 }",
    "max_norm={ limit = 0.1 }"};

std::map<std::string, at::Tensor> copies(const model::Network& network) {
  std::map<std::string, at::Tensor> values;
  for (const auto& [name, value] : train::weights(network)) values[name] = value.detach().clone();
  return values;
}

bool is_frozen(const std::string& name) {
  return name.starts_with("conv1") || name.starts_with("bn1") || name.starts_with("layer1");
}

/// Steps of a run, one after the other.
class Steps {
 public:
  explicit Steps(const train::Plan& plan)
      : recipe_(plan.recipe),
        driver_(recipe_, plan.horizon),
        loader_(plan.train, plan.training),
        state(train::start(recipe_, train::build_network(plan), plan.horizon)) {
    state.network->train(true);
  }

  /// @return the step's norms
  train::Norms operator()() {
    if (state.step % kEpoch == 0) loader_.start(state.step / kEpoch);
    train::prepare(state, driver_);
    train::Times times;
    train::Norms norms;
    train::step(state, recipe_, *loader_.next(), times, &norms);
    return norms;
  }

 private:
  recipe::Recipe recipe_;
  recipe::ScheduleDriver driver_;
  data::Loader loader_;

 public:
  train::State state;
};

TEST(Frozen, TensorsKeepTheirBitsUntilTheirEpochsAreOver) {
  Steps steps(train::plan(train::small::recipe(kEverything), train::small::dataset(64)));
  const auto before = copies(*steps.state.network);
  for (int i = 0; i < kEpoch; ++i)
    for (const auto& layer : steps().layers) EXPECT_FALSE(is_frozen(layer.name)) << layer.name;
  for (const auto& [name, value] : copies(*steps.state.network))
    EXPECT_EQ(at::equal(value, before.at(name)), is_frozen(name)) << name;
  EXPECT_EQ(steps().layers.size(), steps.state.targets.size()) << "none is left out any more";
  steps();
  for (const auto& [name, value] : copies(*steps.state.network))
    EXPECT_FALSE(at::equal(value, before.at(name))) << name;
}

TEST(Frozen, TensorsKeepTheirBitsForTheWholeRun) {
  auto sets = kEverything;
  sets.emplace_back("freeze.epochs=0");
  const auto run_plan = train::plan(train::small::recipe(sets), train::small::dataset(64));
  const auto initial = copies(*train::build_network(run_plan));
  Steps steps(run_plan);
  for (int i = 0; i < 2 * kEpoch + 1; ++i) steps();
  for (const auto& [name, value] : copies(*steps.state.network))
    EXPECT_EQ(at::equal(value, initial.at(name)), is_frozen(name)) << name;
}

/// The result of a run, with or without a stop and a resumption at a step.
std::string result(const std::vector<std::string>& sets, std::optional<std::int64_t> stop_at) {
  const train::small::Directory directory;
  const auto the_plan = train::plan(train::small::recipe(sets), train::small::dataset(64));
  if (stop_at) run(the_plan, {.directory = directory.path, .stop_at = stop_at});
  EXPECT_TRUE(run(the_plan, {.directory = directory.path}).finished);
  return io::hash_file(directory.path / "model.safetensors") +
         io::hash_file(directory.path / "model-swa.safetensors");
}

TEST(Frozen, RunsGoOnWithTheSameBits) {
  auto sets = kEverything;
  // BatchNorm statistics are re-estimated, except those of frozen stages.
  sets.emplace_back("averaging=[{ kind = \"swa\", start = 0 }]");
  const auto whole = result(sets, std::nullopt);
  for (const std::int64_t step : {1, 5, 6, 7, 11}) EXPECT_EQ(result(sets, step), whole) << step;
}

std::string refusal(const recipe::Recipe& recipe) {
  return temper::testing::refusal([&] {
    const auto made = train::plan(recipe, train::small::dataset(64));
    (void)train::start(made.recipe, train::build_network(made), made.horizon);
  });
}

/// A network without stages.
class Plain final : public model::Network {
 public:
  explicit Plain(std::unique_ptr<model::Network> inner) : inner_(std::move(inner)) {}
  at::Tensor compute(const at::Tensor& images) override { return inner_->forward(images); }
  void train(bool on) override { inner_->train(on); }
  [[nodiscard]] const std::vector<model::Parameter>& parameters() const override {
    return inner_->parameters();
  }
  [[nodiscard]] const std::vector<model::Buffer>& buffers() const override {
    return inner_->buffers();
  }
  void to(at::Device device) override { inner_->to(device); }

 private:
  std::unique_ptr<model::Network> inner_;
};

TEST(Frozen, StagesThatThereAreNotAreRefused) {
  EXPECT_EQ(refusal(train::small::recipe({"freeze.stages=4"})), "(not refused)")
      << "the head is left";
  EXPECT_EQ(refusal(train::small::recipe({"freeze.stages=5"})),
            "--set freeze.stages=5: freeze.stages is 5, and the network has 4, including the stem; "
            "expected at most that");
  auto custom = train::small::recipe({"freeze=true"});
  custom.model =
      model::Custom{.name = "plain", .function = [](const model::Task& task, std::uint64_t seed) {
                      return std::make_unique<Plain>(
                          model::build(model::ResNet{.depth = 8, .width = 4}, task, seed));
                    }};
  EXPECT_EQ(refusal(custom),
            "--set freeze=true: freeze.stages is 1, and the network has no stages: leave freeze "
            "out, or define them in a network of your own (model::Network::stages)");
}

}  // namespace
}  // namespace temper::run
