#include "temper/recipe/contradictions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "temper/recipe/describe.h"
#include "tests/support/refusal.h"

namespace temper::recipe {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string of(const std::string& text, const std::vector<std::string>& sets = {}) {
  const auto recipe = parse(text, "r.toml", sets);
  return temper::testing::refusal([&] { check_without_data(recipe); });
}

TEST(Contradictions, AreNotInTheShippedRecipes) {
  std::int64_t read = 0;
  const auto folder = std::filesystem::path(TEMPER_SOURCE_DIR) / "recipes";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".toml") continue;
    const auto recipe = load(entry.path());
    EXPECT_NO_THROW(check_without_data(recipe)) << entry.path();
    ++read;
  }
  EXPECT_GT(read, 3);
  EXPECT_EQ(of(""), "(not refused)");
}

TEST(Contradictions, AreSaidWithTheirPlace) {
  EXPECT_THAT(of("[adversarial]\nkind = \"pgd\"\n[consistency]\nviews = 3\n"),
              AllOf(StartsWith("r.toml:3:"), HasSubstr(": consistency with adversarial: ")));
  EXPECT_THAT(of("adversarial = \"pgd\"", {"consistency=true"}),
              StartsWith("--set consistency=true: consistency with adversarial: "));
}

TEST(Contradictions, OfTheData) {
  EXPECT_EQ(of("data.labels = 16\ndata.labelled = 0.5"),
            "r.toml:1:15: data.labels = 16 and data.labelled = 0.5; give the number or the "
            "fraction of the labels that are kept");
  EXPECT_THAT(of("data.mean = [0.5, 0.5, 0.5]"),
              StartsWith("r.toml:1:13: data.mean has 3 numbers and data.std 0; expected one for"));
  EXPECT_EQ(of("data.mean = [0.5]\ndata.std = [0.5]"), "(not refused)");
  EXPECT_EQ(of("data.mean = [0.5]\npretrained.from = \"weights\""), "(not refused)")
      << "the weights may bring the deviation";
  EXPECT_THAT(of("data.train_size = 0.5"), HasSubstr("it is a side in pixels"));
  EXPECT_EQ(of("data.train_size = 8"), "(not refused)");
}

TEST(Contradictions, OfOperations) {
  EXPECT_THAT(of("[data]\naugment = [\"flip\", { kind = \"rand_augment\", dialect = "
                 "\"torchvision\", magnitude = 31 }]"),
              AllOf(StartsWith("r.toml:2:"), HasSubstr(": rand_augment has magnitude = 31")));
  EXPECT_THAT(
      of("data.augment = [{ kind = \"augmix\", dialect = \"torchvision\", blended = true }]"),
      HasSubstr("which only timm has"));
  EXPECT_THAT(of("data.augment = [\"flip\"]\nconsistency.first_view = 2"),
              StartsWith("r.toml:2:26: consistency.first_view = 2, but data.augment has 1"));
  EXPECT_EQ(of("data.augment = [\"flip\"]\nconsistency.first_view = 1"), "(not refused)");
}

TEST(Contradictions, OfTheLoss) {
  EXPECT_THAT(of("loss = { kind = \"focal\", alpha = 0.25 }"), HasSubstr("add form = \"sigmoid\""));
  EXPECT_THAT(of("loss = { kind = \"cross_entropy\", weight = [0, 0] }"), HasSubstr("is all 0"));
  EXPECT_EQ(of("loss = { kind = \"cross_entropy\", weight = [1, 2, 3] }"), "(not refused)")
      << "the data may have three classes";
}

TEST(Contradictions, OfMixing) {
  const std::string features = "mixing.methods = [\"manifold_mixup\"]\nmixing.mode = \"batch\"\n";
  EXPECT_EQ(of(features), "(not refused)");
  EXPECT_THAT(of(features + "data.micro_batches = 2"),
              StartsWith("r.toml:3:22: data.micro_batches with manifold_mixup: "));
  for (const auto* other : {"adversarial = \"pgd\"", "consistency = true"})
    EXPECT_THAT(of(features + other), HasSubstr("with manifold_mixup: it is not defined"));
  EXPECT_THAT(of("mixing = true\nloss = { kind = \"mse\", true_weight = 2 }"),
              HasSubstr("a mixed image has several classes"));
  EXPECT_THAT(of("mixing.methods = []"), HasSubstr("mixing.methods is empty"));
  const std::string many = "mixing.methods = [{ kind = \"mixup\", images = 9 }]\n";
  EXPECT_THAT(of(many + "data.batch_size = 8"), HasSubstr("asks for 9 images, but a batch has 8"));
  EXPECT_EQ(of(many + "data.batch_per_rank = 8"), "(not refused)") << "of several processes";
  EXPECT_THAT(of("model.layers = [1, 1]\nmixing.methods = [{ kind = \"manifold_mixup\", stages = "
                 "[0, 3] }]\nmixing.mode = \"batch\""),
              HasSubstr("has stage 3, and the network has 2 stages of blocks"));
}

TEST(Contradictions, OfAttacks) {
  EXPECT_THAT(of("adversarial = { kind = \"pgd\", radius = 8 }"),
              HasSubstr("so write 8/255 as 0.0314"));
  EXPECT_EQ(of("adversarial = { kind = \"pgd\", norm = \"l2\", radius = 8 }"), "(not refused)")
      << "it depends on the size of the images";
  EXPECT_THAT(of("adversarial = \"trades\"\ndistillation.from = \"runs/teacher\""),
              HasSubstr("distillation with adversarial"));
  EXPECT_THAT(of("adversarial = \"free\"\ndata.train_size = { schedule = \"linear\", peak = 16, "
                 "final = 32 }"),
              HasSubstr("for images of one size"));
}

TEST(Contradictions, OfSemiSupervisedTraining) {
  const std::string semi = "semi.method = \"mean_teacher\"\n";
  EXPECT_EQ(of(semi), "(not refused)");
  for (const auto* other : {"sam", "consistency", "adversarial", "distillation"}) {
    const std::string value = std::string(other) == "adversarial" ? R"("pgd")" : "true";
    EXPECT_THAT(of(fmt::format("{}{} = {}", semi, other, value)),
                HasSubstr(std::string(other) + " with semi"));
  }
  EXPECT_THAT(of("semi.method = \"mixmatch\"\nmixing = true"), HasSubstr("mixing with semi"));
  EXPECT_THAT(of("semi.method = \"fixmatch\""), HasSubstr("semi.augment has no operations"));
  EXPECT_THAT(of(semi + "semi.augment = [\"flip\"]"), HasSubstr("semi.augment is given"));
  EXPECT_THAT(of(semi + "loss = \"bce\""), HasSubstr("softmax probabilities"));
  EXPECT_THAT(of(semi + "semi.batch_norm = \"interleaved\"\ndata.micro_batches = 2"),
              HasSubstr("data.micro_batches is 2"));
  const std::string mixmatch = "semi.method = \"mixmatch\"\n";
  EXPECT_THAT(of(mixmatch + "data.micro_batches = 2"), HasSubstr("data.micro_batches is 2"));
  EXPECT_EQ(of(mixmatch + "semi.batch_norm = \"all\"\ndata.micro_batches = 2"), "(not refused)");
}

TEST(Contradictions, OfTheNetwork) {
  EXPECT_THAT(of("model.depth = 19"), StartsWith("r.toml:1:15: model.depth = 19 with stem"));
  EXPECT_EQ(of("model.depth = 101"), "(not refused)") << "of large images";
  EXPECT_EQ(of("model.depth = 20"), "(not refused)") << "of small ones";
  EXPECT_THAT(of("model.depth = 20\ndata.size = 224"), HasSubstr("with stem imagenet"));
  EXPECT_THAT(of("freeze.stages = 9"), HasSubstr("freeze.stages is 9, and the network has"));
  EXPECT_EQ(of("freeze.stages = 9\npretrained.from = \"weights\""), "(not refused)")
      << "the network is that of the weights";
  EXPECT_THAT(of("model.shake_drop = true\nmodel.stochastic_depth = true"),
              HasSubstr("remove one of them"));
}

TEST(Contradictions, OfOriginsThatAreNotNamed) {
  EXPECT_THAT(of("pretrained = true"), HasSubstr("pretrained.from: no weights are named"));
  EXPECT_THAT(of("distillation = true"), HasSubstr("distillation.from: no teacher is given"));
}

TEST(Contradictions, OfLengthsThatFitWithNoNumberOfSteps) {
  const std::string late = "optimizer.lr = { schedule = \"multi_step\", milestones = [3, 12] }\n";
  EXPECT_THAT(of("epochs = 10\n" + late),
              StartsWith("r.toml:2:16: optimizer.lr: one of its milestones is after 1200 steps (12 "
                         "epochs), but the run has 1000 steps (10 epochs)"));
  EXPECT_EQ(of("epochs = 13\n" + late), "(not refused)");
  EXPECT_EQ(of("steps = 5000\n" + late), "(not refused)") << "an epoch may have 10 steps";
  EXPECT_THAT(of("steps = 5\n" + late), HasSubstr("does not fit with any other number"));
  const auto pieces = [](const std::string& first) {
    return "epochs = 10\noptimizer.lr = { schedule = \"piecewise\", pieces = [{ " + first +
           R"(, curve = { kind = "linear" } }, { epochs = 7, curve = { kind = "cosine" } }] })";
  };
  EXPECT_EQ(of(pieces("epochs = 3")), "(not refused)");
  EXPECT_THAT(of(pieces("epochs = 4")), HasSubstr("its pieces take 1100 steps (11 epochs)"));
  EXPECT_EQ(of(pieces("steps = 5000")), "(not refused)") << "they add up with some number of steps";
  EXPECT_THAT(of("epochs = 2000000000"), HasSubstr("a run has at most"));
}

TEST(Contradictions, AreNotInTheExamplesOfAnyTechniqueAlone) {
  for (const auto& technique : catalogue()) {
    const auto found = of(technique.example, {"epochs=100"});
    // Those that need something else are said to.
    const bool needs_more = found.find("semi") != std::string::npos ||
                            found.find("are named") != std::string::npos ||
                            found.find("no teacher") != std::string::npos;
    if (!needs_more) EXPECT_EQ(found, "(not refused)") << technique.example;
  }
}

}  // namespace
}  // namespace temper::recipe
