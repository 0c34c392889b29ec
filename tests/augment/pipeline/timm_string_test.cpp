#include "temper/augment/pipeline/timm_string.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "temper/core/error.h"
#include "tests/support/golden.h"

namespace temper::augment {
namespace {

using ::testing::HasSubstr;

std::string error_of(std::string_view text) {
  try {
    return read_timm_string(text) ? "(none)" : "(no such string)";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::usage);
    return error.what();
  }
}

std::string rewritten(std::string_view text) {
  const auto read = read_timm_string(text);
  return read ? timm_string(*read) : "(no such string)";
}

// scripts/golden/policies.py wrote what timm makes of these strings.
TEST(TimmString, SaysOfRandAugmentWhatTimmMakesOfIt) {
  const auto golden = temper::testing::golden("augment/timm_strings.json");
  ASSERT_GE(golden["strings"].size(), 10U);
  for (const auto& expected : golden["strings"]) {
    const auto text = expected["text"].get<std::string>();
    SCOPED_TRACE(text);
    const auto options = std::get<RandAugment>(read_timm_string(text).value());
    EXPECT_EQ(options.dialect, RandAugmentDialect::timm);
    EXPECT_EQ(options.num_ops, expected["num_ops"].get<std::int64_t>());
    EXPECT_EQ(options.magnitude, expected["magnitude"].get<double>());
    EXPECT_EQ(options.p, expected["p"].get<double>());
    EXPECT_EQ(options.magnitude_max > 0 ? options.magnitude_max : 10,
              expected["magnitude_max"].get<double>());
    const auto noise = expected["magnitude_std"].get<double>();
    if (noise > RandAugment::kMostNormal) {
      EXPECT_GT(options.magnitude_std, RandAugment::kMostNormal);
    } else {
      EXPECT_EQ(options.magnitude_std, noise);
    }
    EXPECT_EQ(scale_of(options) == Scale::timm_increasing, expected["increasing"].get<bool>());
    const auto all = candidates(options);
    ASSERT_EQ(all.size(), expected["operations"].size());
    double sum = 0;
    for (const auto& candidate : all) sum += candidate.weight;
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(name_of(all[i].primitive), expected["operations"][i].get<std::string>());
      if (!expected["weights"].is_null()) {
        EXPECT_NEAR(all[i].weight / sum, expected["weights"][i].get<double>(), 1e-12);
      }
    }
  }
}

TEST(TimmString, IsWrittenAsItWasRead) {
  for (const auto* text :
       {"rand-m9", "rand-m9-mstd0.5-inc1", "rand-m15-n3-p0.25-mstd1.5-mmax20-tweights",
        "rand-m0-t3a", "rand-m9-n1-t3aw", "rand-m7-mstd101", "original", "original-mstd0.5",
        "originalr", "v0", "v0r-mstd0.5", "augmix-m5-w4-d2", "augmix-m3-a0.5-b1-mstd1",
        "augmix-m3-mstd0", "3a"})
    EXPECT_EQ(rewritten(text), text);
}

TEST(TimmString, HasEveryPolicysDefaults) {
  EXPECT_EQ(rewritten("rand"), "rand-m10");
  EXPECT_EQ(rewritten("rand-inc0-m9-n2-p0.5-mstd0-mmax0"), "rand-m9");
  EXPECT_EQ(rewritten("augmix-w3-d0-a1-b0"), "augmix-m3");
  EXPECT_EQ(rewritten("v0-mstd0"), "v0");
}

TEST(TimmString, NamesListsAndMixtures) {
  const auto list = std::get<AutoAugment>(read_timm_string("originalr-mstd0.5").value());
  EXPECT_EQ(list.policy, AutoAugmentPolicy::originalr);
  EXPECT_EQ(list.dialect, AutoAugmentDialect::timm);
  EXPECT_EQ(list.magnitude_std, 0.5);
  const auto mixture = std::get<AugMix>(read_timm_string("augmix-m5-w4-d2-b1").value());
  EXPECT_EQ(mixture.dialect, AugMixDialect::timm);
  EXPECT_EQ(mixture.severity, 5);
  EXPECT_EQ(mixture.width, 4);
  EXPECT_EQ(mixture.depth, 2);
  EXPECT_TRUE(mixture.blended);
  EXPECT_TRUE(mixture.all_ops);
  EXPECT_LT(mixture.magnitude_std, 0) << "uniform";
  EXPECT_EQ(std::get<AugMix>(read_timm_string("augmix-d0").value()).depth, -1);
  EXPECT_EQ(std::get<ThreeAugment>(read_timm_string("3a").value()).color_jitter, 0);
}

TEST(TimmString, IsNotWrittenForWhatTimmCantSay) {
  const auto written = [](const Operation& operation) { return timm_string(operation); };
  EXPECT_EQ(written(RandAugment{}), "rand-m9");
  EXPECT_EQ(written(RandAugment{.fill = {128}}), "rand-m9");
  EXPECT_EQ(written(RandAugment{.interpolation = PolicyInterpolation::random}), "rand-m9");
  EXPECT_EQ(written(RandAugment{.magnitude = 9.5}), "");
  EXPECT_EQ(written(RandAugment{.p = 1e-5}), "") << "1e-05 has a hyphen";
  EXPECT_EQ(written(RandAugment{.fill = {0}}), "");
  EXPECT_EQ(written(RandAugment{.interpolation = PolicyInterpolation::nearest}), "");
  EXPECT_EQ(written(RandAugment{.dialect = RandAugmentDialect::tensorflow}), "");
  EXPECT_EQ(written(AutoAugment{.policy = AutoAugmentPolicy::svhn}), "");
  EXPECT_EQ(written(AugMix{}), "") << "the authors' dialect";
  EXPECT_EQ(written(ThreeAugment{}), "") << "with color jitter";
  EXPECT_EQ(written(Flip{}), "");
}

TEST(TimmString, RefusesTyposWithThePlaceAndTheNearestSpelling) {
  EXPECT_EQ(error_of("rand-m9-mstd0.5-imc1"),
            "\"rand-m9-mstd0.5-imc1\", character 17: unknown section 'imc1': did you mean 'inc'?");
  EXPECT_EQ(error_of("rnd-m9"),
            "\"rnd-m9\", character 1: unknown policy 'rnd': did you mean 'rand'?");
  EXPECT_EQ(error_of("orignal"),
            "\"orignal\", character 1: unknown policy 'orignal': did you mean 'original'?");
  EXPECT_EQ(error_of("rand-m9-tweigths"),
            "\"rand-m9-tweigths\", character 10: unknown set of operations 'weigths': did you mean "
            "'weights'?");
  EXPECT_EQ(error_of("v0-m9"),
            "\"v0-m9\", character 4: unknown section 'm9': the sections here are mstd");
  EXPECT_THAT(error_of("rand-m9-"), HasSubstr("character 9: unknown section ''"));
  EXPECT_EQ(error_of("flip"), "(no such string)");
  EXPECT_EQ(error_of("pad_crop"), "(no such string)");
  EXPECT_EQ(error_of("random-apply"), "(no such string)") << "an operation with a hyphen";
  EXPECT_THAT(error_of("rand-m9" + std::string(300, '0')), HasSubstr("expected at most 200"));
}

TEST(TimmString, RefusesNumbersThatAreNone) {
  EXPECT_EQ(error_of("rand-m9.5"),
            "\"rand-m9.5\", character 7: '9.5' for m; expected a whole number");
  EXPECT_THAT(error_of("rand-m9-mstd"), HasSubstr("character 9: 'mstd' without a number"));
  EXPECT_THAT(error_of("rand-p0.5x"), HasSubstr("'0.5x' for p; expected a number"));
  EXPECT_THAT(error_of("rand-m99999999999999999999"), HasSubstr("expected a whole number"));
  EXPECT_THAT(error_of("rand-m-9"), HasSubstr("'m' without a number"));
  EXPECT_THAT(error_of("rand-m9-m8"), HasSubstr("character 9: a second 'm'"));
}

TEST(TimmString, RefusesNumbersOutOfRange) {
  EXPECT_THAT(error_of("rand-m15"), HasSubstr("which timm would lower to 10"));
  EXPECT_EQ(error_of("rand-m15-mmax15"), "(none)");
  EXPECT_THAT(error_of("rand-n0"),
              HasSubstr("\"rand-n0\", character 6: n (num_ops) is 0; expected [1, 100]"));
  EXPECT_EQ(error_of("rand-m9-p2"), "\"rand-m9-p2\", character 9: p is 2; expected [0, 1]");
  EXPECT_THAT(error_of("augmix-m11"), HasSubstr("character 8: m (severity) is 11"));
  EXPECT_THAT(error_of("augmix-w0"), HasSubstr("w (width) is 0"));
  EXPECT_EQ(error_of("augmix-d0"), "(none)") << "a random depth";
  EXPECT_THAT(error_of("3a-mstd0.5"), HasSubstr("character 4: noise of magnitudes"));
  EXPECT_EQ(error_of("3a-mstd0"), "(none)");
}

}  // namespace
}  // namespace temper::augment
