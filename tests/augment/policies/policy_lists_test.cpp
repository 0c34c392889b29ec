// Against timm, torchvision, and published files of tensorflow/models, kakaobrain/fast-autoaugment
// and google-research/augmix; scripts/golden/policy_lists.py wrote the numbers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "temper/augment/policies/augmix.h"
#include "temper/augment/policies/auto_augment.h"
#include "temper/augment/policies/fast_auto_augment.h"
#include "temper/io/format/safetensors.h"
#include "tests/augment/golden.h"
#include "tests/augment/targets.h"
#include "tests/support/golden.h"

namespace temper::augment {
namespace {

template <class E>
E enumerator(std::string_view name) {
  const auto& names = EnumNames<E>::value;
  const auto* const at = std::ranges::find(names, name);
  EXPECT_NE(at, names.end()) << name;
  return static_cast<E>(at - names.begin());
}

template <class T = std::string>
T next(std::istringstream& words) {
  T value{};
  words >> value;
  EXPECT_FALSE(words.fail()) << words.str();
  return value;
}

Fill next_fill(std::istringstream& words) {
  Fill fill;
  for (auto& channel : fill.channels) channel = static_cast<std::uint8_t>(next<int>(words));
  return fill;
}

/// A sub-policy with the draws that a tensor's name lists.
struct Drawn {
  std::string dialect;
  std::string list;
  Interpolation interpolation = Interpolation::nearest;
  Fill fill;
  std::size_t index = 0;
  std::array<bool, 2> negated{};
  std::array<double, 2> place{};  ///< of Cutout
};

class PolicyListsGolden : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> names(const std::string& kind, std::size_t least) const {
    std::vector<std::string> found;
    for (const auto& tensor : file.tensors())
      if (tensor.name.starts_with(kind + " ")) found.push_back(tensor.name);
    EXPECT_GE(found.size(), least) << kind;
    return found;
  }

  template <class T>
  [[nodiscard]] std::vector<T> values(const std::string& name) const {
    return Golden::values<T>(file.at(name));
  }

  [[nodiscard]] io::Image image(const std::string& name) const {
    return Golden::image(file.at(name));
  }

  void expect_list(const std::string& name, std::span<const SubPolicy> list) const {
    std::vector<std::string> codes;
    std::istringstream words(file.metadata().at("codes"));
    for (std::string code; words >> code;) codes.push_back(code);
    const auto rows = values<double>("list " + name);
    ASSERT_EQ(rows.size(), list.size() * 6) << name;
    for (std::size_t i = 0; i < list.size() * 2; ++i) {
      const auto& [primitive, p, magnitude] = list[i / 2].at(i % 2);
      EXPECT_EQ(name_of(primitive), codes.at(static_cast<std::size_t>(rows[3 * i])))
          << name << ' ' << i;
      EXPECT_EQ(p, rows[3 * i + 1]) << name << ' ' << i;
      // Fast AutoAugment's lists have meaningless magnitudes of operations without one.
      if (rows[3 * i + 2] >= 0) {
        EXPECT_EQ(magnitude, rows[3 * i + 2]) << name << ' ' << i;
      }
    }
  }

  static void apply_fast(Frame& frame, const Drawn& drawn) {
    const auto list = sub_policies(enumerator<FastAutoAugmentPolicy>(drawn.list));
    for (std::size_t i = 0; i < 2; ++i) {
      const auto& [primitive, p, magnitude] = list[drawn.index].at(i);
      Step step{.primitive = primitive,
                .value = physical(Scale::fast_auto_augment, primitive, magnitude, frame.size(),
                                  drawn.negated.at(i))
                             .value()};
      const bool is_cutout = primitive == Primitive::cutout;
      if (is_cutout)
        step.erased = fast_cutout(frame.size(), step.value, drawn.place[0], drawn.place[1]);
      apply(frame, step, Interpolation::nearest, is_cutout ? Fill{{125, 123, 114}} : drawn.fill);
    }
  }

  static void apply_auto(Frame& frame, const Drawn& drawn) {
    const AutoAugment options{.policy = enumerator<AutoAugmentPolicy>(drawn.list),
                              .dialect = enumerator<AutoAugmentDialect>(drawn.dialect)};
    for (std::size_t i = 0; i < 2; ++i) {
      const auto& [primitive, p, magnitude] = sub_policies(options.policy)[drawn.index].at(i);
      Step step{
          .primitive = primitive,
          .value =
              value_of(options, primitive, magnitude, frame.size(), drawn.negated.at(i)).value()};
      const bool is_cutout = primitive == Primitive::cutout;
      if (is_cutout)
        step.erased =
            authors_cutout(frame.size(), step.value, static_cast<std::int64_t>(drawn.place[0]),
                           static_cast<std::int64_t>(drawn.place[1]));
      apply(frame, step, drawn.interpolation, is_cutout ? Fill{{125, 122, 113}} : drawn.fill,
            quirks_of(scale_of(options)));
    }
  }

  void expect_sub_policies() {
    for (const auto& name : names("sub", 330)) {
      SCOPED_TRACE(name);
      std::istringstream words(name.substr(4));
      Drawn drawn{.dialect = next(words), .list = next(words)};
      const auto source = image("image " + next(words));
      drawn.interpolation = enumerator<Interpolation>(next(words));
      drawn.fill = next_fill(words);
      drawn.index = next<std::size_t>(words);
      for (auto& negated : drawn.negated) negated = next<int>(words) != 0;
      for (auto& place : drawn.place) words >> place;  // only Cutout has them
      frame.begin(source);
      if (drawn.dialect == "fast")
        apply_fast(frame, drawn);
      else
        apply_auto(frame, drawn);
      EXPECT_EQ(frame.pixels(), image(name));
    }
  }

  void expect_chains() {
    for (const auto& name : names("chain", 50)) {
      SCOPED_TRACE(name);
      std::istringstream words(name.substr(6));
      const AugMix options{.dialect = enumerator<AugMixDialect>(next(words))};
      const auto source = image("image " + next(words));
      const auto interpolation = enumerator<Interpolation>(next(words));
      const auto fill = next_fill(words);
      const auto primitive = enumerator<Primitive>(next(words));
      const auto magnitude = next<double>(words);
      const bool negated = next<int>(words) != 0;
      frame.begin(source);
      apply(frame,
            {.primitive = primitive,
             .value = value_of(options, primitive, magnitude, frame.size(), negated)},
            interpolation, fill, quirks_of(scale_of(options)));
      EXPECT_EQ(frame.pixels(), image(name));
    }
  }

  io::Safetensors file{temper::testing::golden_path("augment/policy_lists.safetensors")};
  Frame frame;
};

TEST_F(PolicyListsGolden, TheListsOfAutoAugmentAreThePublishedOnes) {
  for (const auto& name : names("list", 11)) {
    std::istringstream words(name.substr(5));
    const auto dialect = next(words);
    const auto list = next(words);
    if (dialect == "fast") continue;
    expect_list(fmt::format("{} {}", dialect, list),
                sub_policies(enumerator<AutoAugmentPolicy>(list)));
  }
}

TEST_F(PolicyListsGolden, TheListsOfFastAutoAugmentAreThePublishedOnes) {
  for (const auto name : EnumNames<FastAutoAugmentPolicy>::value)
    expect_list("fast " + std::string(name), sub_policies(enumerator<FastAutoAugmentPolicy>(name)));
}

TEST_F(PolicyListsGolden, SubPoliciesHaveThePublishedPixelsWithAllInstructions) {
  for_each_target([&] { expect_sub_policies(); });
}

TEST_F(PolicyListsGolden, OperationsOfAugMixHaveThePublishedPixelsWithAllInstructions) {
  for_each_target([&] { expect_chains(); });
}

// Google's mixture is not rounded there.
TEST_F(PolicyListsGolden, MixturesAreThePublishedOnes) {
  std::vector<std::uint8_t> images = image("image color").pixels;
  const std::size_t samples = images.size();
  for (int k = 0; k < 5; ++k) {
    const auto chain = image("image chain " + std::to_string(k));
    images.insert(images.end(), chain.pixels.begin(), chain.pixels.end());
  }
  for (const auto& name : names("mixed", 40)) {
    SCOPED_TRACE(name);
    std::istringstream words(name.substr(6));
    AugMix options{.dialect = enumerator<AugMixDialect>(next(words))};
    options.blended = next<int>(words) != 0;
    const auto m = static_cast<float>(next<double>(words));
    std::vector<float> weights;
    for (double weight = 0; words >> weight;) weights.push_back(static_cast<float>(weight));
    std::vector<std::uint8_t> result(samples);
    mix_chains(options, weights, m, images, result);
    if (options.dialect != AugMixDialect::google) {
      EXPECT_EQ(result, values<std::uint8_t>(name));
      continue;
    }
    const auto exact = values<float>(name);
    ASSERT_EQ(exact.size(), samples);
    for (std::size_t i = 0; i < samples; ++i) ASSERT_NEAR(result[i], exact[i], 0.501) << i;
  }
}

// Gray, solarized or blurred; timm's values. The blurs have another radius each.
TEST_F(PolicyListsGolden, OperationsOfThreeAugmentHaveThePublishedPixels) {
  constexpr std::array kPrimitives{Primitive::solarize, Primitive::grayscale,
                                   Primitive::gaussian_blur};
  for (const auto& name : names("3a", 10)) {
    SCOPED_TRACE(name);
    std::istringstream words(name.substr(3));
    const auto source = image("image " + next(words));
    const auto primitive = kPrimitives.at(next<std::size_t>(words));
    const auto radius = next<double>(words);
    frame.begin(source);
    apply(frame, {.primitive = primitive, .value = primitive == Primitive::solarize ? 128 : radius},
          Interpolation::nearest, {});
    EXPECT_EQ(frame.pixels(), image(name));
  }
}

TEST_F(PolicyListsGolden, ColorJitterHasThePublishedPixelsInEveryOrder) {
  constexpr std::array kPrimitives{Primitive::brightness, Primitive::contrast,
                                   Primitive::saturation};
  const auto source = image("image color");
  for (const auto& name : names("jitter", 6)) {
    SCOPED_TRACE(name);
    std::istringstream words(name.substr(7));
    std::array<double, 3> factors{};
    for (auto& factor : factors) factor = next<double>(words);
    frame.begin(source);
    for (std::size_t i = 0; i < 3; ++i) {
      const auto k = next<std::size_t>(words);
      apply(frame, {.primitive = kPrimitives.at(k), .value = factors.at(k)}, Interpolation::nearest,
            {});
    }
    EXPECT_EQ(frame.pixels(), image(name));
  }
}

}  // namespace
}  // namespace temper::augment
