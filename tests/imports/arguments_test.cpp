#include "temper/imports/arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "temper/imports/timm_options.h"
#include "temper/imports/torchvision_options.h"
#include "tests/imports/remarks.h"

namespace temper::imports {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Arguments read(const std::vector<std::string>& words) {
  Arguments arguments(timm_script());
  arguments.read(words);
  return arguments;
}

std::string refusal(const std::vector<std::string>& words) {
  return testing::refusal([&] { (void)read(words); });
}

TEST(Arguments, AreReadAsArgparseReadsThem) {
  const auto arguments =
      read({"/data", "--model=resnet18", "-b256", "-j", "8", "--weight-dec", "1e-4", "--amp",
            "--scale", "0.2", "1", "--lr", "-.5", "--opt-betas", "0.9", "0.95", "-vb", "64"});
  EXPECT_EQ(arguments.text("data"), "/data");
  EXPECT_EQ(arguments.text("model"), "resnet18");
  EXPECT_EQ(arguments.count("batch_size"), 256);
  EXPECT_EQ(arguments.count("workers"), 8);
  EXPECT_EQ(arguments.number("weight_decay"), 1e-4);
  EXPECT_TRUE(arguments.flag("amp"));
  EXPECT_THAT(arguments.reals("scale"), ElementsAre(0.2, 1));
  EXPECT_EQ(arguments.real("lr"), -0.5);
  EXPECT_THAT(arguments.reals("opt_betas"), ElementsAre(0.9, 0.95));
  EXPECT_EQ(arguments.whole("validation_batch_size"), 64);
}

TEST(Arguments, ThatAreNotGivenHaveTheirDefaults) {
  const auto arguments = read({});
  EXPECT_EQ(arguments.number("weight_decay"), 2e-5);
  EXPECT_EQ(arguments.count("epochs"), 300);
  EXPECT_EQ(arguments.real("lr"), std::nullopt);
  EXPECT_FALSE(arguments.flag("amp"));
  EXPECT_EQ(arguments.text("aa"), "");
  EXPECT_THAT(arguments.reals("decay_milestones"), ElementsAre(90, 180, 270));
}

TEST(Arguments, LaterOnesReplaceEarlierOnes) {
  EXPECT_EQ(read({"--lr", "0.1", "--lr=0.2"}).real("lr"), 0.2);
}

TEST(Arguments, AfterTwoHyphensAreNoOptions) {
  EXPECT_EQ(read({"--amp", "--", "--data"}).text("data"), "--data");
}

TEST(Arguments, KnowWhetherAValueIsTheDefault) {
  const auto arguments = read({"--hflip", "0.50", "--mixup", "0", "--reprob", "0.2"});
  EXPECT_TRUE(arguments.is_standard("hflip"));
  EXPECT_TRUE(arguments.is_standard("mixup"));
  EXPECT_FALSE(arguments.is_standard("reprob"));
  EXPECT_TRUE(arguments.is_standard("pretrained"));
  EXPECT_EQ(arguments.written("reprob"), "--reprob 0.2");
  EXPECT_EQ(read({"--bn-tf"}).written("bn_tf"), "--bn-tf");
}

TEST(Arguments, RefuseWhatTheScriptDoesNotHave) {
  EXPECT_THAT(refusal({"--modell", "resnet18"}), HasSubstr("did you mean '--model'?"));
  EXPECT_EQ(refusal({"--sched-on-update"}), "(not refused)");
  EXPECT_THAT(refusal({"--warmup", "3"}), HasSubstr("--warmup could be --warmup-lr"));
  EXPECT_THAT(refusal({"--lr", "fast"}), HasSubstr("--lr is 'fast'; expected a number"));
  EXPECT_THAT(refusal({"--epochs", "1.5"}),
              HasSubstr("--epochs is '1.5'; expected a whole number"));
  EXPECT_THAT(refusal({"--lr"}), HasSubstr("--lr has 0 values; expected one"));
  EXPECT_THAT(refusal({"--input-size", "3", "224"}),
              HasSubstr("--input-size has 2 values; expected three"));
  EXPECT_THAT(refusal({"--amp=1"}), HasSubstr("--amp takes no value"));
  EXPECT_THAT(refusal({"/a", "/b"}), HasSubstr("'/b' belongs to no option"));
  EXPECT_THAT(refusal({"--lr", "nan"}), HasSubstr("expected a number"));
}

// Every option has a name of its own, a default of its type, and a reason where it is lacking.
TEST(Arguments, OfTheScriptsAreDeclaredWithoutMistakes) {
  for (const auto* script : {&timm_script(), &torchvision_script()}) {
    std::set<std::string_view> names;
    std::set<std::string_view> values;
    const Arguments arguments(*script);
    for (const auto& option : script->options) {
      EXPECT_TRUE(values.insert(option.dest).second) << option.dest;
      for (const auto& name : option.names) {
        EXPECT_TRUE(name.empty() || names.insert(name).second) << name;
      }
      EXPECT_EQ(option.bearing == Bearing::lacking, !option.why.empty()) << option.dest;
      EXPECT_TRUE(arguments.is_standard(option.dest)) << option.dest;
      if (option.takes == Takes::whole && !option.standard.empty()) {
        EXPECT_TRUE(arguments.whole(option.dest).has_value()) << option.dest;
      }
      if (option.takes == Takes::real && !option.standard.empty()) {
        EXPECT_TRUE(arguments.real(option.dest).has_value()) << option.dest;
      }
    }
  }
}

}  // namespace
}  // namespace temper::imports
