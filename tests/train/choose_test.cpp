// The recipe and the directory of a run that a person asks for.
#include "temper/train/choose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/read_file.h"
#include "temper/io/image/image.h"
#include "temper/train/open_data.h"
#include "tests/train/small_run.h"

namespace temper::train {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// A folder "pictures" with two classes of four pictures.
struct Pictures {
  Pictures() {
    const auto noise = small::dataset(8).train;
    for (std::int64_t i = 0; i < noise->size(); ++i) {
      const auto folder = fs::path(source) / noise->classes()[static_cast<std::size_t>(i % 2)];
      fs::create_directories(folder);
      io::write_atomically(folder / (std::to_string(i) + ".png"), io::encode_png(noise->image(i)));
    }
  }

  small::Directory directory;
  std::string source = (directory.path / "pictures").string();
  fs::path out = directory.path / "runs/first";
  fs::path kept = directory.path / "runs/first.toml";
};

std::string refused(const auto& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(ChooseRecipe, LoadsTheOneThatIsNamed) {
  const small::Directory directory;
  const Pictures pictures;
  const auto file = (directory.path / "mine.toml").string();
  std::ofstream(file) << "epochs = 3\n[data]\nsource = \"" << pictures.source << "\"\n";
  const auto chosen = choose_recipe({.source = file, .sets = {"seed=5"}});
  EXPECT_EQ(chosen.recipe.name, "mine");
  EXPECT_EQ(chosen.recipe.epochs, 3);
  EXPECT_EQ(chosen.recipe.seed, 5);
  EXPECT_EQ(chosen.data.train->size(), 8);
  EXPECT_THAT(chosen.note, IsEmpty());
}

TEST(ChooseRecipe, ChoosesOneForDataAndKeepsIt) {
  const Pictures pictures;
  const RunRequest request{.source = pictures.source, .sets = {"epochs=2"}, .out = pictures.out};
  const auto first = choose_recipe(request);
  EXPECT_EQ(first.recipe.name, "pictures");
  EXPECT_EQ(first.recipe.epochs, 2);
  EXPECT_EQ(first.data.train->size(), 8);
  EXPECT_THAT(first.note, StartsWith("No recipe was given. Chosen for 8 training images of 2 "
                                     "classes:\n  network"));
  EXPECT_THAT(first.note, HasSubstr("Saved as " + pictures.kept.string()));
  ASSERT_TRUE(fs::exists(pictures.kept));
  EXPECT_EQ(io::read_text(pictures.kept), new_recipe(pictures.source));

  std::ofstream(pictures.kept) << "seed = 7\n[data]\nsource = \"" << pictures.source << "\"\n";
  const auto second = choose_recipe(request);
  EXPECT_EQ(second.note, pictures.kept.string() +
                             ": using the recipe that was chosen before; remove it to choose a "
                             "new one\n");
  EXPECT_EQ(second.recipe.seed, 7);
  EXPECT_EQ(second.recipe.epochs, 2);
  EXPECT_EQ(second.data.train->size(), 8);
}

TEST(ChooseRecipe, KeepsItForTheDataThatItWasChosenFor) {
  const Pictures pictures;
  (void)choose_recipe({.source = pictures.source, .out = pictures.out});
  const auto again = fs::path(pictures.source) / "../pictures/.";
  EXPECT_EQ(choose_recipe({.source = again.string(), .out = pictures.out}).data.train->size(), 8);
  const auto other = pictures.directory.path / "other" / "pictures";
  fs::create_directories(other.parent_path());
  fs::copy(pictures.source, other, fs::copy_options::recursive);
  EXPECT_THAT(
      refused([&] { (void)choose_recipe({.source = other.string(), .out = pictures.out}); }),
      HasSubstr("is for " + pictures.source +
                "; train it by its own name, remove it to choose one for " + other.string() +
                ", or name another run directory with --out"));
}

TEST(ChooseRecipe, KeepsItForTheWeightsThatItWasChosenFor) {
  const Pictures pictures;
  RunRequest request{.source = pictures.source, .out = pictures.out};
  (void)choose_recipe(request);
  request.weights = {.asked = "elsewhere"};
  EXPECT_THAT(refused([&] { (void)choose_recipe(request); }),
              HasSubstr("starts from random weights; train it by its own name, remove it to choose "
                        "one for the weights in "
                        "elsewhere, or name another run directory with --out"));
  request.weights = {.none = true};
  EXPECT_FALSE(choose_recipe(request).recipe.pretrained);

  std::ofstream(pictures.kept) << "[data]\nsource = \"" << pictures.source
                               << "\"\n[pretrained]\nfrom = \"elsewhere\"\n";
  EXPECT_THAT(refused([&] { (void)choose_recipe(request); }),
              HasSubstr("starts from the weights in elsewhere; train it by its own name, remove it "
                        "to choose one for random "
                        "weights"));
  for (const auto& weights :
       {StartingWeights{.asked = "elsewhere"}, StartingWeights{.for_photographs = "installed"}}) {
    request.weights = weights;
    EXPECT_EQ(choose_recipe(request).recipe.pretrained->from, "elsewhere");
  }
}

TEST(ChooseRecipe, RandomWeightsInPlaceOfThoseOfARecipe) {
  const Pictures pictures;
  const auto file = (pictures.directory.path / "mine.toml").string();
  std::ofstream(file) << "[data]\nsource = \"" << pictures.source
                      << "\"\n[pretrained]\nfrom = \"elsewhere\"\n";
  EXPECT_TRUE(choose_recipe({.source = file}).recipe.pretrained);
  EXPECT_FALSE(choose_recipe({.source = file, .weights = {.none = true}}).recipe.pretrained);
}

TEST(ChooseRecipe, RefusesAPathThatIsNotUtf8) {
  const Pictures pictures;
  const auto latin = (pictures.directory.path / "B\xE4r").string();
  fs::rename(pictures.source, latin);
  for (const auto& source : {latin, latin + "/"}) {
    EXPECT_THAT(refused([&] { (void)choose_recipe({.source = source, .out = pictures.out}); }),
                HasSubstr("/B\\xe4r: the name is not UTF-8; rename it"));
    EXPECT_THAT(refused([&] { (void)new_recipe(source); }), HasSubstr("the name is not UTF-8"));
  }
  EXPECT_FALSE(fs::exists(pictures.kept));
}

TEST(ChooseRecipe, NamesTheRunOfAFolderWhateverItIsCalled) {
  EXPECT_EQ(recipe::run_name("a/Bär/"), "Bär");
  EXPECT_EQ(recipe::run_name("a/B\xE4r"), "B\\xe4r");
  EXPECT_EQ(recipe::run_name("a/one\ntwo"), "one\\ntwo");
  EXPECT_EQ(recipe::parse("", "a/B\xE4r.toml").name, "B\\xe4r");
}

TEST(OpenPlan, RefusesClassNamesThatAreNotUtf8) {
  data::ArraySource::Contents contents{.name = "noise",
                                       .classes = {"cat", "B\xE4r"},
                                       .height = 12,
                                       .width = 12,
                                       .channels = 1,
                                       .pixels = std::vector<std::uint8_t>(std::size_t{64} * 144),
                                       .labels = std::vector<std::int64_t>(64)};
  const data::Dataset dataset{
      .train = std::make_shared<data::ArraySource>(std::move(contents)), .height = 12, .width = 12};
  EXPECT_EQ(refused([&] { (void)plan(small::recipe(), dataset); }),
            "a class has the name 'B\\xe4r', which is not UTF-8");
}

TEST(ChooseRecipe, SavesNothingWhereItIsNotAsked) {
  const Pictures pictures;
  const auto chosen =
      choose_recipe({.source = pictures.source, .out = pictures.out, .save_choice = false});
  EXPECT_THAT(chosen.note, ::testing::Not(HasSubstr("Saved")));
  EXPECT_FALSE(fs::exists(pictures.kept));
}

TEST(ChooseRecipe, KeepsItBesideADirectoryWithASlash) {
  const Pictures pictures;
  (void)choose_recipe({.source = pictures.source, .out = pictures.out.string() + "/"});
  EXPECT_TRUE(fs::exists(pictures.kept));
}

/// Images of 8 x 8 pixels with these labels.
data::Dataset labelled(std::vector<std::int64_t> labels, std::int64_t classes) {
  data::ArraySource::Contents contents{
      .name = "tiny", .height = 8, .width = 8, .channels = 1, .labels = std::move(labels)};
  for (std::int64_t c = 0; c < classes; ++c) contents.classes.push_back(std::to_string(c));
  for (std::size_t i = 0; i < 64 * contents.labels.size(); ++i)
    contents.pixels.push_back(static_cast<std::uint8_t>(i % 251));
  return {
      .train = std::make_shared<data::ArraySource>(std::move(contents)), .height = 8, .width = 8};
}

Plan chosen_plan(const data::Dataset& data) {
  const auto choice = recipe::choose(recipe_facts(data, "tiny", recipe::Device::cpu));
  return plan(recipe::parse(choice.recipe, "chosen", {"device=cpu"}), data);
}

/// One image of every class, as far as they go; the others are of the first one, or of all in turn.
std::vector<std::int64_t> labels_of(std::int64_t images, std::int64_t classes, bool balanced) {
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < images; ++i)
    labels.push_back(balanced || i < classes ? i % classes : 0);
  return labels;
}

TEST(ChoiceFor, ASetOfAnySizeIsAcceptedByThePlan) {
  for (std::int64_t images = 1; images <= 60; ++images)
    for (std::int64_t classes = 1; classes <= 20; ++classes)
      for (const bool balanced : {false, true}) {
        const auto data = labelled(labels_of(images, classes, balanced), classes);
        SCOPED_TRACE(::testing::Message()
                     << images << " images of " << classes << " classes, balanced: " << balanced);
        if (classes == 1) {
          EXPECT_THAT(refused([&] { (void)chosen_plan(data); }),
                      HasSubstr("found 1 class, expected at least 2"));
          continue;
        }
        ASSERT_NO_THROW({
          const auto made = chosen_plan(data);
          const auto held_out = made.validation ? made.validation->size() : 0;
          EXPECT_EQ(made.train->size() + held_out, images);
          EXPECT_EQ(made.recipe.data.validation > 0, held_out > 0);
        });
      }
}

TEST(ChoiceFor, UnlabelledImagesAndAbsentClassesAreNotCounted) {
  auto labels = labels_of(12, 2, true);
  labels.resize(100, -1);
  const auto made = chosen_plan(labelled(labels, 27));
  EXPECT_EQ(made.train->size(), 10);
  EXPECT_EQ(made.recipe.data.batch, 8);
  EXPECT_TRUE(std::holds_alternative<recipe::Shuffle>(made.recipe.data.sampling));
}

TEST(ChoiceFor, IsTheSameForCheckedData) {
  const Pictures pictures;
  const auto choice = choice_for(data::check(pictures.source));
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->recipe, new_recipe(pictures.source));
  EXPECT_EQ(to_json(*choice)["recipe"], choice->recipe);
  EXPECT_EQ(to_json(*choice)["reasons"].size(), choice->reasons.size());
  EXPECT_FALSE(choice_for(data::check((pictures.directory.path / "nowhere").string())));
}

TEST(ChooseRecipe, KnowsTheEmbeddedDataByItsName) {
  EXPECT_EQ(recipe::to_toml(choose_recipe({.source = "fashion-mnist"}).recipe),
            recipe::to_toml(choose_recipe({}).recipe));
  EXPECT_THAT(refused([] { (void)choose_recipe({.source = "no/pictures"}); }),
              StartsWith("no/pictures does not exist; name a recipe (.toml), a folder of images"));
}

TEST(NewRecipe, NamesASourceThatDoesNotExist) {
  EXPECT_THAT(refused([] { (void)new_recipe("no/pictures"); }),
              StartsWith("no/pictures does not exist; name a folder of images"));
  EXPECT_EQ(new_recipe("fashion-mnist"), recipe::starter("fashion-mnist"));
}

TEST(NewRecipe, HasTheNameThatIsGiven) {
  const Pictures pictures;
  for (const auto* source : {"fashion-mnist", pictures.source.c_str()})
    EXPECT_EQ(recipe::parse(new_recipe(source, {}, "mine"), "mine.toml").name, "mine");
}

TEST(OpenRunPlan, IsOfTheRecipeInTheDirectory) {
  const Pictures pictures;
  const auto run = pictures.directory.path / "run";
  EXPECT_THAT(refused([&] { (void)open_run_plan(run); }), HasSubstr("no run"));
  fs::create_directory(run);
  std::ofstream(run / "recipe.toml") << "seed = 5\n[data]\nsource = \"" << pictures.source
                                     << "\"\nbatch_size = 2\nvalidation = 0.25\n[model]\n"
                                        "kind = \"resnet\"\ndepth = 8\n";
  const auto plan = open_run_plan(run);
  EXPECT_EQ(plan.recipe.seed, 5);
  EXPECT_EQ(plan.train->size() + plan.validation->size(), 8);
}

TEST(RunDirectories, AreNamedByTheRecipeOrTheRequest) {
  EXPECT_EQ(run_directories({}, "small").directory, "runs/small");
  EXPECT_EQ(run_directories({.out = "there"}, "small").directory, "there");
  EXPECT_EQ(run_directories({.out = "there/"}, "small").directory, "there");
  EXPECT_THAT(run_directories({}, "small").fork_from.string(), IsEmpty());
}

TEST(RunDirectories, AvoidOrRequireARun) {
  const small::Directory directory;
  const auto out = directory.path / "run";
  EXPECT_EQ(run_directories({.out = out, .existing = ExistingRun::avoid}, "").directory, out);
  EXPECT_THAT(
      refused([&] { (void)run_directories({.out = out, .existing = ExistingRun::require}, ""); }),
      HasSubstr("no run to resume"));
  fs::create_directory(out);
  fs::create_directory(directory.path / "run-2");
  std::ofstream(out / "recipe.toml") << "";
  EXPECT_EQ(run_directories({.out = out, .existing = ExistingRun::require}, "").directory, out);
  EXPECT_EQ(run_directories({.out = out, .existing = ExistingRun::avoid}, "").directory,
            directory.path / "run-3");
}

TEST(RunDirectories, PutAForkBesideTheRun) {
  const auto fork = run_directories({.out = "runs/mine", .fork = "lower"}, "");
  EXPECT_EQ(fork.directory, "runs/lower");
  EXPECT_EQ(fork.fork_from, "runs/mine");
}

}  // namespace
}  // namespace temper::train
