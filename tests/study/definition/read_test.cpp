#include "temper/study/definition/read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "temper/study/definition/arms.h"
#include "tests/study/definition/studies.h"

namespace temper::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kDecay;
using testing::kSmoothing;
using testing::message_of;
using testing::refusal;
using testing::row;
using ::testing::StartsWith;
using testing::study;

std::vector<std::string> paths(const Edits& edits) {
  std::vector<std::string> found;
  for (const auto& edit : edits.all) found.push_back(edit.path);
  return found;
}

std::vector<std::string> names(const std::vector<Row>& rows) {
  std::vector<std::string> found;
  for (const auto& one : rows) found.push_back(one.name);
  return found;
}

TEST(ReadStudy, ReadsOptionsAndRows) {
  const auto read = study("name = \"two\"\nseeds = [3, 5]\nmargin = 0.3\nfigures = [\"loss\"]",
                          kDecay + kSmoothing);
  EXPECT_EQ(read.name, "two");
  EXPECT_THAT(read.seeds, ElementsAre(3, 5));
  EXPECT_EQ(read.margin, 0.3);
  EXPECT_EQ(read.mode, Mode::additive);
  EXPECT_THAT(names(read.rows), ElementsAre("decay", "smoothing"));
  EXPECT_EQ(read.rows[1].tag, Tag::regularization);
  EXPECT_EQ(read.rows[0].tag, Tag::none);
}

TEST(ReadStudy, TakesTheNameOfItsFileAndANumberOfSeeds) {
  const auto read = study("seeds = 3", kDecay);
  EXPECT_EQ(read.name, "s");
  EXPECT_THAT(read.seeds, ElementsAre(1, 2, 3));
}

TEST(ReadStudy, PathsAreDottedKeysHeadersAndQuotedKeys) {
  const auto read = read_study(
      "[[row]]\nset.optimizer.lr = 0.1\nset.optimizer.kind = \"adamw\"\n"
      "[[row]]\n[row.set]\n\"data.augment.0.padding\" = 2\nmodel.width = 8\n"
      "[[row]]\n[row.set.optimizer]\nlr = 1\n"
      "[[row]]\nset = { optimizer = { kind = \"adamw\", lr = 1 }, loss.weight = 2 }\n",
      "s.toml");
  EXPECT_THAT(paths(read.rows[0].set), ElementsAre("optimizer.lr", "optimizer.kind"));
  EXPECT_THAT(paths(read.rows[1].set), ElementsAre("data.augment.0.padding", "model.width"));
  EXPECT_THAT(paths(read.rows[2].set), ElementsAre("optimizer.lr"));
  EXPECT_THAT(paths(read.rows[3].set), ElementsAre("optimizer", "loss.weight"))
      << "a table in braces is a value";
  EXPECT_EQ(read.rows[0].set.all[1].where().line, 3);
  EXPECT_EQ(read.rows[0].where.line, 1);
  EXPECT_EQ(read.rows[3].axis, 3U);
}

TEST(ReadStudy, EditsOfAKindComeFirst) {
  const auto made = arms(study("seeds = 2", row("adam",
                                                "set.optimizer.beta1 = 0.8\n"
                                                "set.optimizer.kind = \"adamw\"")));
  const auto facts = recipe::facts(made[1].recipe);
  const auto fact = [&](std::string_view path) {
    const auto at = std::ranges::find(facts, path, &recipe::Fact::path);
    return at == facts.end() ? std::string("none") : at->value;
  };
  EXPECT_EQ(fact("optimizer.kind"), "\"adamw\"");
  EXPECT_EQ(fact("optimizer.beta1"), "0.8");
}

TEST(ReadStudy, ARowOfAnOptionWithValuesIsARowForEach) {
  const auto read = study("mode = \"grid\"\nseeds = 2",
                          "[[row]]\nvalues.model.width = [8, 24]\n" +
                              row("blocks", "values.model.layers = [[1, 1, 1], [2, 2, 2]]"));
  EXPECT_THAT(names(read.rows),
              ElementsAre("width 8", "width 24", "blocks [1, 1, 1]", "blocks [2, 2, 2]"));
  EXPECT_EQ(read.rows[1].axis, 0U);
  EXPECT_EQ(read.rows[2].axis, 1U);
}

TEST(ReadStudy, EditsAreOfTheFileOrOfTheBase) {
  const auto read = study("seeds = 2", kDecay, {"seeds=4", "base.epochs=7", "margin=1"});
  EXPECT_EQ(read.seeds.size(), 4U);
  EXPECT_EQ(read.margin, 1);
  for (const auto& arm : arms(read)) EXPECT_EQ(arm.recipe.epochs, 7);
  EXPECT_EQ(refusal("seeds = 2", kDecay, {"base.epoch=1"}),
            "--set base.epoch=1: unknown key 'epoch': did you mean 'epochs'?");
  EXPECT_EQ(refusal("seeds = 2", kDecay, {"row=[]"}),
            "--set row=[]: row can't be edited here; edit the tables [[row]] of the study file");
  EXPECT_THAT(refusal("seeds = 2", kDecay, {"marginn=1"}),
              StartsWith("--set marginn=1: unknown key 'marginn': did you mean 'margin'?"));
}

TEST(ReadStudy, TheBaseIsARecipeBesideTheFile) {
  const std::string folder = ::testing::TempDir();
  std::ofstream(folder + "base_of_study.toml") << "epochs = 4\n";
  std::ofstream(folder + "study.toml") << "base = \"base_of_study.toml\"\nseeds = 2\n" << kDecay;
  const auto made = arms(load_study(folder + "study.toml"));
  EXPECT_EQ(made.front().recipe.epochs, 4);
  EXPECT_EQ(made.front().recipe.name, "base_of_study");
  std::ofstream(folder + "base_of_study.toml") << "epoch = 4\n";
  EXPECT_THAT(message_of([&] { (void)load_study(folder + "study.toml"); }),
              HasSubstr("base_of_study.toml:1:"));
  EXPECT_THAT(message_of([] {
                (void)parse_study("base = \"nowhere.toml\"\nseeds = 2\n" + kDecay, "s.toml");
              }),
              HasSubstr("nowhere.toml"));
}

TEST(ReadStudy, TheSeedsOfATrialFollowThoseOfTheStudy) {
  const auto read = study("seeds = [7, 3]", kDecay);
  EXPECT_THAT(seeds_of(read, 4), ElementsAre(7, 3, 8, 9));
  EXPECT_THAT(seeds_of(read, 1), ElementsAre(7));
  EXPECT_THAT(seeds_of(study("detect = 0.5", kDecay), 3), ElementsAre(1, 2, 3));
}

TEST(ReadStudy, TuningHasSeedsOfItsOwnWhichStayWhenSeedsAreAdded) {
  const auto few = tuning_seeds(study("seeds = 2", kDecay));
  EXPECT_EQ(few, tuning_seeds(study("seeds = 20", kDecay)));
  EXPECT_EQ(few.size(), 2U);
  const auto far = study("seeds = [1000001, 1000002]", kDecay);
  for (const auto seed : tuning_seeds(far)) EXPECT_GT(seed, 1000002);
}

TEST(ReadStudy, RefusesWhatIsNoOption) {
  EXPECT_EQ(refusal("seeds = 2", kDecay + kSmoothing + row("plus", "tga = \"training\"")),
            "s.toml:14:1: row 3 'plus': unknown key 'tga': did you mean 'tag'?");
  EXPECT_THAT(refusal("seeds = 2\nmarign = 1", kDecay),
              StartsWith("s.toml:2:1: unknown key 'marign': did you mean 'margin'?"));
  EXPECT_THAT(refusal("seeds = 2", row("a", "tag = \"speed\"")),
              HasSubstr("row 1 'a': unknown value \"speed\" of tag"));
  EXPECT_THAT(refusal("seeds = 2\nmode = \"shapley\"", kDecay),
              StartsWith("s.toml:2:8: unknown value \"shapley\" of mode"));
  EXPECT_THAT(refusal("seeds = 2", "[row]\nname = \"a\"\n"),
              HasSubstr("row is no list of tables; begin each with a line [[row]]"));
  EXPECT_THAT(refusal("seeds = 2", row("a", "set = 3")),
              HasSubstr("row 1 'a': set is no table; expected options with their values"));
  EXPECT_THAT(refusal("seeds = 2", row("a", "set.\"optimizer..lr\" = 3")),
              HasSubstr("\"optimizer..lr\" is no path of an option"));
  EXPECT_THAT(refusal("seeds = 2", row("a", "set.optimizer.lr = 3\nset.\"optimizer.lr\" = 3")),
              HasSubstr("optimizer.lr is set twice: keep one"));
  EXPECT_THAT(refusal("seeds = 0", kDecay),
              StartsWith("s.toml:1:9: seeds is 0; expected the number of seeds, from 2 to 1000"));
}

}  // namespace
}  // namespace temper::study
