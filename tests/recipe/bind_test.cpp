#include "temper/recipe/bind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/recipe/options.h"
#include "tests/support/refusal.h"

namespace temper::recipe {
namespace {

using testing::Careful;
using testing::Fast;
using testing::Mirror;
using testing::Options;
using testing::Pad;

struct Result {
  Options options;
  Schedules schedules;
};

Result read(std::string_view text, const std::vector<std::string>& edits = {}) {
  Result result;
  bind_tree(parse_toml(text, "r.toml"), group(result.options), result.schedules);
  for (const auto& edit : edits)
    bind_tree(parse_edit(edit), group(result.options), result.schedules);
  return result;
}

std::string error(std::string_view text, const std::vector<std::string>& edits = {}) {
  return temper::testing::refusal([&] { read(text, edits); });
}

TEST(Binder, LeavesEverythingAtItsDefaultWhenTheRecipeIsEmpty) {
  const auto result = read("");
  EXPECT_EQ(result.options.epochs, 5);
  EXPECT_FALSE(result.options.depth.has_value());
  EXPECT_TRUE(result.schedules.empty());
}

TEST(Binder, ReadsEveryShapeOfOption) {
  const auto options = read(R"(
name = "mine"
epochs = 12
stochastic_depth = { rate = 0.2, rule = "uniform" }
[data]
augment = [{ kind = "pad", padding = 2 }, "mirror"]
scales = [1, 0.5]
loader_threads = 3
[optimizer]
kind = "careful"
lr = 1
)")
                           .options;
  EXPECT_EQ(options.name, "mine");
  EXPECT_EQ(options.epochs, 12);
  ASSERT_TRUE(options.depth.has_value());
  EXPECT_EQ(options.depth->rate, 0.2);
  EXPECT_EQ(options.depth->rule, testing::Rule::uniform);
  ASSERT_EQ(options.data.augment.size(), 2U);
  EXPECT_EQ(std::get<Pad>(options.data.augment[0]).padding, 2);
  EXPECT_EQ(std::get<Mirror>(options.data.augment[1]).probability, 0.5);
  EXPECT_THAT(options.data.scales, ::testing::ElementsAre(1, 0.5));
  EXPECT_EQ(options.data.loader_threads.value, 3);
  EXPECT_EQ(std::get<Careful>(options.optimizer).lr, 1.0)
      << "a whole number is accepted for any number";
}

TEST(Binder, TakesAnAliasForItsOption) {
  EXPECT_EQ(std::get<Fast>(read("optimizer = { wd = 0.25 }").options.optimizer).weight_decay, 0.25);
  EXPECT_TRUE(read("drop_path = {}").options.depth.has_value());
  EXPECT_EQ(error("[optimizer]\nwd = 0.1\nweight_decay = 0.1"),
            "r.toml:3:1: 'wd' and 'weight_decay' are the same option: keep one");
}

TEST(Binder, FalseLeavesATechniqueOutAndTrueTakesItsDefaults) {
  EXPECT_FALSE(read("stochastic_depth = { rate = 0.5 }", {"stochastic_depth=false"})
                   .options.depth.has_value());
  EXPECT_EQ(read("stochastic_depth = true").options.depth->rate, 0.1);
  EXPECT_EQ(
      read("stochastic_depth = { rate = 0.5 }", {"stochastic_depth=true"}).options.depth->rate,
      0.5);
  EXPECT_TRUE(std::holds_alternative<Careful>(*read("second = \"careful\"").options.second));
}

TEST(Binder, NamesTheNearestKey) {
  EXPECT_EQ(error("optimiser.lr = 0.1"),
            "r.toml:1:1: unknown key 'optimiser': did you mean 'optimizer'?");
  EXPECT_EQ(error("epochs = 3\n[optimizer]\n  nestrov = true"),
            "r.toml:3:3: unknown key 'optimizer.nestrov' of fast: did you mean 'nesterov'?");
  EXPECT_EQ(
      error("", {"optimizer.weigth-decay=1"}),
      "--set optimizer.weigth-decay=1: unknown key 'optimizer.weigth-decay' of fast: did you mean "
      "'weight_decay'?");
}

TEST(Binder, SaysWhereAKeyBelongsThatIsElsewhere) {
  EXPECT_EQ(error("nesterov = true"),
            "r.toml:1:1: unknown key 'nesterov': did you mean 'optimizer.nesterov'?");
  EXPECT_EQ(error("optimizer.beta = 0.5"),
            "r.toml:1:11: unknown key 'optimizer.beta' of fast: it is an option of careful");
}

TEST(Binder, ListsTheKeysWhenNoneIsNear) {
  EXPECT_EQ(error("stochastic_depth = { colour = 3 }"),
            "r.toml:1:22: unknown key 'stochastic_depth.colour': the keys here are rate, rule");
}

TEST(Binder, RefusesUnknownKindsAndValues) {
  EXPECT_EQ(error("[optimizer]\nkind = \"carefull\""),
            "r.toml:2:8: unknown optimizer.kind \"carefull\": did you mean 'careful'?");
  EXPECT_EQ(error("data.augment = [\"tilt\"]"),
            "r.toml:1:17: unknown data.augment.0.kind \"tilt\": it is one of pad, mirror");
  EXPECT_EQ(
      error("stochastic_depth.rule = \"unifrom\""),
      "r.toml:1:25: unknown value \"unifrom\" of stochastic_depth.rule: did you mean 'uniform'?");
  EXPECT_EQ(error("stochastic_depth.rule = \"cubic\""),
            "r.toml:1:25: unknown value \"cubic\" of stochastic_depth.rule: it is one of linear, "
            "uniform");
}

TEST(Binder, SaysWhatItFoundAndWhatItExpected) {
  EXPECT_EQ(error("[optimizer]\nlr = \"fast\""),
            "r.toml:2:6: optimizer.lr is the text \"fast\"; expected a number or a schedule table, "
            "such as { schedule "
            "= \"cosine\" }");
  EXPECT_EQ(error("epochs = 2.5"),
            "r.toml:1:10: epochs is the number 2.5; expected a whole number");
  EXPECT_EQ(error("name = 3"), "r.toml:1:8: name is the number 3; expected text in quotes");
  EXPECT_EQ(error("optimizer.nesterov = 1"),
            "r.toml:1:22: optimizer.nesterov is the number 1; expected true or false");
  EXPECT_EQ(
      error("data.loader_threads = \"all\""),
      "r.toml:1:23: data.loader_threads is the text \"all\"; expected \"auto\" or a whole number");
  EXPECT_EQ(
      error("stochastic_depth = 0.1"),
      "r.toml:1:20: stochastic_depth is the number 0.1; expected a table, such as { rate = ... }");
  EXPECT_EQ(error("optimizer = 1"),
            "r.toml:1:13: optimizer is the number 1; expected a table with 'kind', or one of fast, "
            "careful");
  EXPECT_EQ(error("data.augment = \"pad\""),
            "r.toml:1:16: data.augment is the text \"pad\"; expected a list, such as [{ kind = "
            "\"pad\" }]");
  EXPECT_EQ(error("data = []"),
            "r.toml:1:8: data is a list; expected a table, such as { source = ... }");
  EXPECT_EQ(error("epochs = 2026-01-31"),
            "r.toml:1:10: a date or time; no option takes one. Quote it if it is text");
}

TEST(Binder, NamesTheRangeOfAValueOutsideIt) {
  EXPECT_EQ(error("epochs = -3"), "r.toml:1:10: epochs is -3; expected >= 1");
  EXPECT_EQ(error("stochastic_depth.rate = 1"),
            "r.toml:1:25: stochastic_depth.rate is 1; expected a number in [0, 1)");
  EXPECT_EQ(error("optimizer.lr = nan"),
            "r.toml:1:16: optimizer.lr is nan; expected a finite number");
  EXPECT_EQ(error("optimizer.lr = inf"),
            "r.toml:1:16: optimizer.lr is inf; expected a finite number");
  EXPECT_EQ(error("data.loader_threads = 0"),
            "r.toml:1:23: data.loader_threads is 0; expected >= 1");
  EXPECT_EQ(error("data.scales = [1, 0]"), "r.toml:1:19: data.scales.1 is 0; expected > 0");
}

TEST(Binder, AnElementOfAListNeedsItsKind) {
  EXPECT_EQ(error("data.augment = [{ padding = 2 }]"),
            "r.toml:1:17: data.augment.0 needs 'kind': one of pad, mirror");
}

TEST(Binder, AnotherKindDropsTheOldOnesOptions) {
  const auto other = read("optimizer = { kind = \"fast\", lr = 0.7 }", {"optimizer.kind=careful"});
  EXPECT_EQ(std::get<Careful>(other.options.optimizer).lr, 0.001);
  const auto same = read("optimizer = { kind = \"fast\", lr = 0.7 }", {"optimizer.kind=fast"});
  EXPECT_EQ(std::get<Fast>(same.options.optimizer).lr, 0.7);
  const auto whole = read("optimizer = { lr = 0.7 }", {"optimizer={ nesterov = false }"});
  EXPECT_EQ(std::get<Fast>(whole.options.optimizer).lr, 0.1)
      << "a whole table starts from the defaults";
}

TEST(Edits, ReachEveryKey) {
  const auto options =
      read(R"(data.augment = ["pad", "mirror"])",
           {"epochs=7", "name=a-name/with.dots", "data.augment.0.padding=2",
            "data.augment.2.kind=pad", "stochastic_depth.rate=0.5", "optimizer.wd=0.125",
            "data.scales=[1, 2]", "second.kind=careful", "data.loader_threads=auto"})
          .options;
  EXPECT_EQ(options.epochs, 7);
  EXPECT_EQ(options.name, "a-name/with.dots");
  ASSERT_EQ(options.data.augment.size(), 3U);
  EXPECT_EQ(std::get<Pad>(options.data.augment[0]).padding, 2);
  EXPECT_TRUE(std::holds_alternative<Mirror>(options.data.augment[1]));
  EXPECT_EQ(options.depth->rate, 0.5);
  EXPECT_EQ(std::get<Fast>(options.optimizer).weight_decay, 0.125);
  EXPECT_TRUE(std::holds_alternative<Careful>(*options.second));
}

TEST(Edits, SayWhatIsWrongWithThem) {
  EXPECT_EQ(error("", {"epochs"}), "--set epochs: expected key=value, as in optimizer.lr=0.1");
  EXPECT_EQ(error("", {"epochs=-3"}), "--set epochs=-3: epochs is -3; expected >= 1");
  EXPECT_EQ(error("", {"epochs="}),
            "--set epochs=: no value after '='; for empty text write '\"\"'");
  EXPECT_EQ(error("", {"a..b=1"}),
            "--set a..b=1: expected a key of names joined by dots, as in data.augment.0.padding");
  EXPECT_EQ(error("", {"optimizer={ lr = 1"}),
            "--set optimizer={ lr = 1: the value is not TOML: a quote or bracket is not closed or "
            "not opened");
  EXPECT_EQ(error("", {"data.augment.1=pad"}),
            "--set data.augment.1=pad: data.augment has 0 elements, so there is no data.augment.1; "
            "the next is "
            "data.augment.0");
  EXPECT_EQ(error("data.augment = [\"pad\"]", {"data.augment.1.padding=1"}),
            "--set data.augment.1.padding=1: data.augment.1 needs 'kind': one of pad, mirror");
  EXPECT_EQ(
      error("", {"data.augment.padding=1"}),
      "--set data.augment.padding=1: data.augment is a list: name an element by its number, as in "
      "data.augment.0");
  EXPECT_EQ(error("", {"epochs.more=1"}),
            "--set epochs.more=1: epochs is a table; expected a whole number");
  EXPECT_THAT(error("", {"name=\xff"}), ::testing::HasSubstr("not UTF-8"));
}

TEST(Schedules, StandInPlaceOfANumber) {
  const auto result =
      read("optimizer.lr = { schedule = \"cosine\", peak = 0.4, warmup = { epochs = 1 } }");
  const auto& cosine = std::get<schedule::Cosine>(result.schedules.at("optimizer.lr"));
  EXPECT_EQ(cosine.peak, 0.4);
  EXPECT_EQ(cosine.warmup.epochs, 1);
  EXPECT_EQ(std::get<Fast>(result.options.optimizer).lr, 0) << "the value at step 0";
}

TEST(Schedules, AreEditedReplacedAndDropped) {
  const std::string text = "optimizer.lr = { schedule = \"cosine\", peak = 0.4 }";
  EXPECT_EQ(
      std::get<schedule::Cosine>(read(text, {"optimizer.lr.peak=0.2"}).schedules.at("optimizer.lr"))
          .peak,
      0.2);
  EXPECT_TRUE(std::holds_alternative<schedule::Constant>(
      read(text, {"optimizer.lr.schedule=constant"}).schedules.at("optimizer.lr")));
  EXPECT_TRUE(read(text, {"optimizer.lr=0.3"}).schedules.empty());
  EXPECT_TRUE(read(text, {"optimizer.kind=careful"}).schedules.empty())
      << "they belong to the old kind";
  const std::string augmented =
      R"(data.augment = [{ kind = "mirror", probability = { schedule = "cosine" } }])";
  EXPECT_EQ(read(augmented).schedules.count("data.augment.0.probability"), 1U);
  EXPECT_TRUE(read(augmented, {"data.augment=[]"}).schedules.empty());
}

TEST(Schedules, ATableOfALengthReplacesBothOfItsUnits) {
  const std::string text =
      R"(optimizer.lr = { schedule = "cosine", warmup = { steps = 500, form = "constant" } })";
  const auto warmup = [&](const std::string& edit) {
    return std::get<schedule::Cosine>(read(text, {edit}).schedules.at("optimizer.lr")).warmup;
  };
  EXPECT_EQ(warmup("optimizer.lr.warmup={ epochs = 2 }").steps, 0);
  EXPECT_EQ(warmup("optimizer.lr.warmup={ epochs = 2 }").epochs, 2);
  EXPECT_EQ(warmup("optimizer.lr.warmup.epochs=2").steps, 500);
  EXPECT_EQ(warmup("optimizer.lr.warmup={ start = 0.1 }").steps, 500);
}

TEST(Schedules, SayWhatIsWrongWithThem) {
  EXPECT_EQ(error("optimizer.lr = { schedule = \"cosin\" }"),
            "r.toml:1:29: unknown optimizer.lr.schedule \"cosin\": did you mean 'cosine'?");
  EXPECT_EQ(error("optimizer.lr = { peak = 0.4 }"),
            "r.toml:1:16: optimizer.lr has no schedule: write lr = { schedule = \"cosine\", ... }, "
            "or a number");
  EXPECT_EQ(error("optimizer.lr = { schedule = \"cosine\", warmup = { epoch = 1 } }"),
            "r.toml:1:50: unknown key 'optimizer.lr.warmup.epoch': did you mean 'epochs'?");
  EXPECT_EQ(error("optimizer.weight_decay = { schedule = \"cosine\" }"),
            "r.toml:1:26: optimizer.weight_decay is a table; expected a number");
}

TEST(Toml, ThatIsCutShortIsRefusedWithItsPlace) {
  EXPECT_THAT(error("name = \"x\"\n[optimizer\n"),
              ::testing::StartsWith("r.toml:2:11: not valid TOML: "));
  EXPECT_THAT(error("name = \"x"), ::testing::StartsWith("r.toml:1:"));
  EXPECT_THAT(error("epochs = 1\nepochs = 2"), ::testing::StartsWith("r.toml:2:"));
  EXPECT_EQ(error("epochs = 1\n\n[!\n"),
            "r.toml:3:1: not valid TOML: a character that cannot begin a key");
  EXPECT_EQ(error("[\u00fcber]"),
            "r.toml:1:1: not valid TOML: a character that cannot begin a key");
}

TEST(Toml, MayHaveCommentsOfDots) {
  EXPECT_EQ(read("# " + std::string(200, '.') + "\nepochs = 7").options.epochs, 7);
}

TEST(Toml, ThatIsHostileIsRefused) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "a.";
  EXPECT_THAT(error(deep + "a = 1"), ::testing::HasSubstr("dots in a row"));
  EXPECT_THAT(error("", {"x={" + deep + "a=1}"}), ::testing::HasSubstr("dots in a row"));
  EXPECT_THAT(error("a = " + std::string(100'000, '[')), ::testing::HasSubstr("r.toml:1:"));
  EXPECT_THAT(error(std::string(2'000'000, ' ')), ::testing::HasSubstr("bytes"));
  EXPECT_THAT(error(std::string("name = \"\0\"", 10)), ::testing::HasSubstr("r.toml:1:"));
}

}  // namespace
}  // namespace temper::recipe
