// Averaged weights, and the re-estimation of BatchNorm's statistics for them.
#include "temper/train/averaged.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/var.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/evaluate/evaluate.h"
#include "temper/evaluate/statistics.h"
#include "temper/io/disk/hash.h"
#include "temper/io/format/json_lines.h"
#include "temper/run/run.h"
#include "temper/train/checkpoint.h"
#include "temper/train/saved_model.h"
#include "tests/support/refusal.h"
#include "tests/train/small_run.h"

namespace temper::run {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using train::small::plan_of;

std::map<std::string, at::Tensor> buffers(const model::Network& network) {
  std::map<std::string, at::Tensor> values;
  for (const auto& buffer : network.buffers()) values[buffer.name] = buffer.value.clone();
  return values;
}

/// Records the batches that pass through a network.
class Watched final : public model::Network {
 public:
  explicit Watched(model::Network& inner) : inner_(inner) {}
  at::Tensor compute(const at::Tensor& images) override {
    batches.push_back(images.clone());
    return inner_.forward(images);
  }
  void train(bool on) override { inner_.train(on); }
  bool set_statistics_momentum(std::optional<double> momentum) override {
    return inner_.set_statistics_momentum(momentum);
  }
  [[nodiscard]] const std::vector<model::Parameter>& parameters() const override {
    return inner_.parameters();
  }
  [[nodiscard]] const std::vector<model::Buffer>& buffers() const override {
    return inner_.buffers();
  }
  void to(at::Device device) override { inner_.to(device); }

  std::vector<at::Tensor> batches;

 private:
  model::Network& inner_;
};

/// Mean and unbiased variance of the stem's output for each batch, averaged over the batches.
std::pair<at::Tensor, at::Tensor> stem_statistics(const model::Network& network,
                                                  const std::vector<at::Tensor>& batches) {
  const at::NoGradGuard guard;
  const auto& weight = network.parameters().front().value;
  std::vector<at::Tensor> means;
  std::vector<at::Tensor> variances;
  for (const auto& images : batches) {
    const auto out = at::conv2d(images, weight, {}, 1, 1).transpose(0, 1).flatten(1);
    means.push_back(out.mean(1));
    variances.push_back(out.var(1, /*unbiased=*/true));
  }
  return {at::stack(means).mean(0), at::stack(variances).mean(0)};
}

TEST(Statistics, AreTheEqualMeanOverTrainingBatches) {
  const auto plan = plan_of({"precision=fp32"});
  auto network = train::build_network(plan);
  Watched watched(*network);
  evaluate::reestimate_statistics(watched, plan, 0);
  ASSERT_EQ(std::ssize(watched.batches), plan.horizon.steps_per_epoch);
  const auto [mean, variance] = stem_statistics(*network, watched.batches);
  const auto now = buffers(*network);
  EXPECT_TRUE(at::allclose(now.at("bn1.running_mean"), mean, 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(now.at("bn1.running_var"), variance, 1e-4, 1e-5));
}

TEST(Statistics, ForgetWhatWasThereAndKeepTheCounts) {
  const auto plan = plan_of({});
  auto fresh = train::build_network(plan);
  auto used = train::build_network(plan);
  {
    const at::NoGradGuard guard;
    for (const auto& buffer : used->buffers()) buffer.value.fill_(7);
  }
  evaluate::reestimate_statistics(*fresh, plan, 1);
  evaluate::reestimate_statistics(*used, plan, 1);
  const auto before = buffers(*fresh);
  for (const auto& [name, value] : buffers(*used)) {
    const bool counts = !value.is_floating_point();
    EXPECT_TRUE(counts ? value.item<std::int64_t>() == 7 : at::equal(value, before.at(name)))
        << name;
  }
}

TEST(Statistics, OfSoManyImages) {
  const auto plan = plan_of({"evaluation.statistics_images=17"});
  auto network = train::build_network(plan);
  Watched watched(*network);
  evaluate::reestimate_statistics(watched, plan, 0);
  EXPECT_EQ(watched.batches.size(), 3U);  // of 8 images
}

TEST(Statistics, ALaterTrainingPassMovesThemAsTheNetworkWasBuilt) {
  const auto plan = plan_of({"precision=fp32"});
  auto network = train::build_network(plan);
  evaluate::reestimate_statistics(*network, plan, 0);
  const auto before = buffers(*network).at("bn1.running_mean");
  data::Loader loader(plan.train, plan.training);
  loader.start(0);
  const auto images = loader.next()->views.front().clone();
  const auto seen = stem_statistics(*network, {images}).first;
  network->forward(images);
  EXPECT_TRUE(at::allclose(buffers(*network).at("bn1.running_mean"), 0.9 * before + 0.1 * seen,
                           1e-4, 1e-5));
}

/// The log and the files of a run.
struct Ran {
  explicit Ran(const std::vector<std::string>& sets) {
    run(plan_of(sets), {.directory = directory.path});
    for (const auto& line : io::read_json_lines(directory.path / "metrics.jsonl"))
      if (line.at("event") == "epoch") epochs.push_back(line);
  }
  train::small::Directory directory;
  std::vector<nlohmann::json> epochs;
};

TEST(Evaluation, ScoresTheWeightsThatAreAskedFor) {
  const auto has = [](const Ran& ran, std::size_t epoch, const char* which) {
    return ran.epochs.at(epoch).contains(which);
  };
  const Ran averaged({});
  EXPECT_TRUE(has(averaged, 0, "averaged") && !has(averaged, 0, "raw"));
  EXPECT_TRUE(has(averaged, 2, "averaged") && has(averaged, 2, "raw"));
  const Ran raw({"evaluation.weights=raw"});
  EXPECT_TRUE(!has(raw, 0, "averaged") && has(raw, 0, "raw"));
  EXPECT_TRUE(has(raw, 2, "averaged") && has(raw, 2, "raw"));
  const Ran both({"evaluation.weights=both"});
  EXPECT_TRUE(has(both, 0, "averaged") && has(both, 0, "raw"));
  EXPECT_EQ(train::load_model(averaged.directory.path, "").weights, "averaged");
  EXPECT_EQ(train::load_model(raw.directory.path, "").weights, "raw");
}

TEST(Averages, HaveNamesOfTheirOwn) {
  EXPECT_THAT(
      train::averaging_names(train::small::recipe({R"(averaging=["ema", "swa", "ema", "lawa"])"})),
      ElementsAre("ema", "swa", "ema-2", "lawa"));
  EXPECT_THAT(train::averaging_names(train::small::recipe({"averaging=[]"})), IsEmpty());
  EXPECT_THAT(train::averaging_names(
                  train::small::recipe({"averaging=[]", "optimizer.kind=schedule_free_sgd"})),
              ElementsAre("schedule_free"));
}

void expect_same_weights(const train::small::fs::path& left, const train::small::fs::path& right) {
  const io::Safetensors one(left);
  const io::Safetensors other(right);
  ASSERT_FALSE(one.tensors().empty());
  for (const auto& tensor : one.tensors())
    EXPECT_TRUE(at::equal(train::to_tensor(tensor), train::to_tensor(other.at(tensor.name))))
        << left << ", " << tensor.name;
}

const std::string kSeveral =
    R"(averaging=["ema", { kind = "swa", start = 0.3 }, { kind = "ema", decay = 0.5 }])";

TEST(Averages, OfSeveralEachIsThatOfARunWithItAlone) {
  const Ran several({kSeveral});
  const auto& folder = several.directory.path;
  const auto expect_alone = [&](const std::string& averaging, const char* alone, const char* file) {
    const Ran ran({"averaging=[" + averaging + "]"});
    expect_same_weights(ran.directory.path / alone, folder / file);
  };
  expect_alone(R"("ema")", "model-ema.safetensors", "model-ema.safetensors");
  expect_alone(R"({ kind = "swa", start = 0.3 })", "model-swa.safetensors",
               "model-swa.safetensors");
  expect_alone(R"({ kind = "ema", decay = 0.5 })", "model-ema.safetensors",
               "model-ema-2.safetensors");
  EXPECT_EQ(train::load_model(folder, "averaged").file, folder / "model-ema.safetensors");
  EXPECT_EQ(train::load_model(folder, "ema").weights, "averaged");
  EXPECT_EQ(train::load_model(folder, "ema-2").file, folder / "model-ema-2.safetensors");
  EXPECT_THROW((void)train::load_model(folder, "lawa"), Error);
}

TEST(Averages, SeveralOutliveAStop) {
  const auto made = plan_of({kSeveral});
  const train::small::Directory folder;
  run(made, {.directory = folder.path / "whole"});
  EXPECT_FALSE(run(made, {.directory = folder.path / "parts", .stop_at = 7}).finished);
  EXPECT_TRUE(run(made, {.directory = folder.path / "parts"}).finished);
  for (const auto* file : {"model.safetensors", "model-ema.safetensors", "model-swa.safetensors",
                           "model-ema-2.safetensors"})
    EXPECT_EQ(io::hash_file(folder.path / "whole" / file),
              io::hash_file(folder.path / "parts" / file))
        << file;
}

TEST(Averages, AForkKeepsThoseThatItsRecipeHasToo) {
  const train::small::Directory folder;
  const auto made = plan_of({R"(averaging=["ema"])"});
  EXPECT_FALSE(run(made, {.directory = folder.path / "run", .stop_at = 4}).finished);
  const auto forked = plan_of({kSeveral});
  auto state = train::start(forked.recipe, train::build_network(forked), forked.horizon);
  const auto anew = train::load_compatible(
      state, forked.recipe, train::checkpoint_at(folder.path / "run" / "checkpoints", 4));
  EXPECT_THAT(anew, ElementsAre("the average swa of the weights does not fit and is reset: the "
                                "checkpoint has none",
                                HasSubstr("the average ema-2 of the weights")));
  ASSERT_EQ(state.averages.size(), 3U);
  EXPECT_EQ(state.averages[0].updates, 4);
  EXPECT_EQ(state.averages[1].updates, 0);
  const auto network = train::weights(*state.network);
  for (std::size_t i = 0; i < network.size(); ++i)
    EXPECT_TRUE(at::equal(state.averages[1].tensors[i].second, network[i].second))
        << network[i].first;
}

TEST(Averages, AForkKeepsSnapshotsOrBeginsWithoutAny) {
  const std::vector<std::string> lawa{R"(averaging=[{ kind = "lawa", latest = 2, every = 2 }])"};
  const auto forked = plan_of(lawa);
  for (const auto& before : {lawa, std::vector<std::string>{R"(averaging=["ema"])"}}) {
    const train::small::Directory folder;
    EXPECT_FALSE(run(plan_of(before), {.directory = folder.path / "run", .stop_at = 4}).finished);
    auto state = train::start(forked.recipe, train::build_network(forked), forked.horizon);
    const auto anew = train::load_compatible(
        state, forked.recipe, train::checkpoint_at(folder.path / "run" / "checkpoints", 4));
    const auto& average = state.averages.at(0);
    const auto newest = average.snapshots.back().second.abs().max().item<double>();
    if (before == lawa) {
      EXPECT_THAT(anew, IsEmpty());
      EXPECT_EQ(average.updates, 2);
      EXPECT_GT(newest, 0);
    } else {
      EXPECT_THAT(anew, ElementsAre(HasSubstr("the checkpoint has ema in its place")));
      EXPECT_EQ(average.updates, 0);
      EXPECT_EQ(newest, 0);
    }
  }
}

TEST(Averages, AForkTakesNoAverageOfAnotherKind) {
  const train::small::Directory folder;
  EXPECT_FALSE(run(plan_of(), {.directory = folder.path / "run", .stop_at = 4}).finished);
  const auto checkpoint = train::checkpoint_at(folder.path / "run" / "checkpoints", 4);
  const auto forked = plan_of({R"(averaging=["swa"])"});
  auto state = train::start(forked.recipe, train::build_network(forked), forked.horizon);
  EXPECT_THAT(train::load_compatible(state, forked.recipe, checkpoint),
              ElementsAre(HasSubstr("the average swa of the weights does not fit and is reset: the "
                                    "checkpoint has ema in its place")));
  EXPECT_EQ(state.averages.front().updates, 0);
  const auto network = train::weights(*state.network);
  for (std::size_t i = 0; i < network.size(); ++i)
    EXPECT_TRUE(at::equal(state.averages.front().tensors[i].second, network[i].second))
        << network[i].first;
  EXPECT_THAT(
      temper::testing::refusal(Code::data, [&] { train::load_checkpoint(state, checkpoint); }),
      HasSubstr("the averages of the weights are [ema]; expected [swa]"));
}

TEST(Averages, OfAForkAreOfTheEndsOfItsEpochs) {
  for (const std::string before : {"averaging=[]", R"(averaging=["ema"])"}) {
    const train::small::Directory folder;
    EXPECT_FALSE(run(plan_of({before}), {.directory = folder.path / "run", .stop_at = 4}).finished);
    const auto fork = folder.path / "fork";
    run(plan_of({R"(averaging=[{ kind = "swa", start = 0.3 }])", "checkpoint.every_epochs=1"}),
        {.directory = fork, .fork_from = folder.path / "run"});
    const auto weight = [](const train::small::fs::path& file) {
      return train::to_tensor(io::Safetensors(file).at("conv1.weight"));
    };
    std::vector<at::Tensor> snapshots;
    for (const std::int64_t step : {6, 12, 18})
      snapshots.push_back(
          weight(train::checkpoint_at(fork / "checkpoints", step) / "model.safetensors"));
    EXPECT_TRUE(at::allclose(weight(fork / "model-swa.safetensors"), at::stack(snapshots).mean(0)))
        << before;
  }
}

class Reestimated : public ::testing::TestWithParam<std::vector<std::string>> {};

TEST_P(Reestimated, TheShippedWeightsHaveTheScoreOfTheLog) {
  const Ran ran(GetParam());
  const auto model = train::load_model(ran.directory.path, "averaged");
  const auto plan = plan_of(GetParam());
  const auto loss = evaluate::score(evaluate::predict(*model.network, plan, plan.validation)).loss;
  EXPECT_EQ(loss, ran.epochs.back().at("averaged").at("validation").at("loss").get<double>());

  // The statistics are those of the averaged weights, not those of the raw weights.
  auto again = train::load_model(ran.directory.path, "averaged");
  evaluate::reestimate_statistics(*again.network, plan, 3);
  for (const auto& [name, value] : buffers(*again.network))
    EXPECT_TRUE(at::equal(value, buffers(*model.network).at(name))) << name;
}

INSTANTIATE_TEST_SUITE_P(
    All, Reestimated,
    ::testing::Values(
        std::vector<std::string>{"averaging.0.kind=swa", "averaging.0.start=0.3"},
        std::vector<std::string>{"averaging.0.kind=lawa", "averaging.0.statistics=reestimated"},
        std::vector<std::string>{"averaging=[]", "optimizer.kind=schedule_free_sgd"},
        std::vector<std::string>{"averaging=[]", "optimizer.kind=schedule_free_adamw"}));

}  // namespace
}  // namespace temper::run
