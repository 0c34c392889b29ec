// What AutoAugment and Fast AutoAugment draw, and what they refuse.
#include "temper/augment/policies/auto_augment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/augment/policies/fast_auto_augment.h"
#include "temper/core/draw.h"
#include "tests/augment/policies/use.h"
#include "tests/support/refusal.h"

namespace temper::augment {
namespace {

using ::testing::HasSubstr;

/// Reads draws one after the other.
class Reader {
 public:
  explicit Reader(const std::vector<Draw>& draws) : draws_(draws) {}
  const Draw& next(DrawKind kind) {
    const Draw& draw = draws_.at(at_++);
    EXPECT_EQ(draw.kind, kind);
    return draw;
  }
  [[nodiscard]] bool at_end() const { return at_ == draws_.size(); }

 private:
  const std::vector<Draw>& draws_;
  std::size_t at_ = 0;
};

constexpr int kUses = 10'000;

/// Expects a count of a binomial distribution of kUses.
void expect_share(int count, double p, const std::string& what) {
  EXPECT_NEAR(count, p * kUses, 5 * std::sqrt(p * (1 - p) * kUses) + 1e-9) << what;
}

TEST(AutoAugment, DrawsEverySubPolicyEquallyAndAppliesItsOperationsByTheirChances) {
  const auto image = pattern(2, 2, 3);
  for (const auto dialect : {AutoAugmentDialect::timm, AutoAugmentDialect::torchvision,
                             AutoAugmentDialect::tensorflow}) {
    const AutoAugment policy{.policy = AutoAugmentPolicy::svhn, .dialect = dialect};
    const auto list = sub_policies(policy.policy);
    std::map<double, int> drawn;
    int applied = 0;
    int negated = 0;
    int may_be_negated = 0;
    double expected = 0;
    for (std::uint64_t i = 0; i < kUses; ++i) {
      const auto found = use(policy, image, i);
      Reader draws(found.draws);
      const auto& which = draws.next(DrawKind::below);
      EXPECT_EQ(which.high, static_cast<double>(list.size()));
      ++drawn[which.value];
      for (const auto& [primitive, p, magnitude] : list[static_cast<std::size_t>(which.value)]) {
        const auto& chance = draws.next(DrawKind::chance);
        EXPECT_EQ(chance.high, p);
        expected += p;
        if (chance.value == 0) continue;
        ++applied;
        if (is_signed(scale_of(policy), primitive)) {
          ++may_be_negated;
          negated += draws.next(DrawKind::chance).value != 0;
        }
        if (dialect != AutoAugmentDialect::timm || !is_geometric(primitive)) continue;
        EXPECT_EQ(draws.next(DrawKind::below).high, 2) << "bilinear or bicubic";
      }
      EXPECT_TRUE(draws.at_end());
    }
    ASSERT_EQ(drawn.size(), list.size());
    for (const auto& [which, count] : drawn) expect_share(count, 0.04, std::to_string(which));
    EXPECT_NEAR(applied, expected, 5 * std::sqrt(kUses / 2.0));
    EXPECT_GT(may_be_negated, 1000);
    EXPECT_NEAR(negated, 0.5 * may_be_negated, 2.5 * std::sqrt(may_be_negated));
  }
}

TEST(AutoAugment, DoesWhatItDrew) {
  const auto image = pattern(9, 12, 3);
  const AutoAugment policy{.policy = AutoAugmentPolicy::cifar10,
                           .dialect = AutoAugmentDialect::torchvision,
                           .fill = {9, 8, 7}};
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto found = use(policy, image, i);
    Reader draws(found.draws);
    const auto which = static_cast<std::size_t>(draws.next(DrawKind::below).value);
    Frame frame;
    std::vector<Applied> applied;
    frame.begin(image);
    frame.record(&applied);
    for (const auto& [primitive, p, magnitude] : sub_policies(policy.policy)[which]) {
      if (draws.next(DrawKind::chance).value == 0) continue;
      const bool negated =
          is_signed(Scale::torchvision, primitive) && draws.next(DrawKind::chance).value != 0;
      const auto value = physical(Scale::torchvision, primitive, magnitude, {9, 12}, negated, 10);
      apply(frame, {.primitive = primitive, .value = value.value()}, Interpolation::nearest,
            Fill{{9, 8, 7}}, quirks_of(Scale::torchvision));
    }
    EXPECT_EQ(found.applied, applied);
    EXPECT_EQ(found.result.pixels, frame.pixels().pixels);
  }
}

TEST(AutoAugment, NoiseOfMagnitudesIsLimitedToZeroToTen) {
  const AutoAugment policy{.policy = AutoAugmentPolicy::imagenet, .magnitude_std = 100};
  const auto image = pattern(3, 3, 3);
  int weakest = 0;
  int strongest = 0;
  for (std::uint64_t i = 0; i < 2000; ++i)
    for (const auto& [name, value, unit] : use(policy, image, i).applied) {
      if (name != "rotate") continue;
      EXPECT_LE(std::abs(value), 30);
      weakest += value == 0;
      strongest += std::abs(value) == 30;
    }
  EXPECT_GT(weakest, 50);
  EXPECT_GT(strongest, 50);
}

// The list's own code fills a square on the diagonal, and is transparent elsewhere.
TEST(AutoAugment, TheAuthorsCutoutIsASquareOnTheDiagonal) {
  EXPECT_EQ(authors_cutout({32, 32}, 8, 10, 20), (Box{6, 6, 18, 18}));
  EXPECT_EQ(authors_cutout({32, 32}, 6, 31, 31), (Box{28, 28, 4, 4}));
  EXPECT_EQ(authors_cutout({32, 32}, 6, 20, 5).size(), (Size{0, 0}));
  const auto box = authors_cutout({4, 32}, 8, 0, 20);
  EXPECT_EQ(box, (Box{0, 0, 4, 24})) << "and stays inside images that are no squares";
}

std::string refusal(const AutoAugment& policy) {
  return temper::testing::refusal([&] { const Pipeline pipeline({policy}, {{0}, {1}}, {4, 4}); });
}

TEST(AutoAugment, RefusesListsAndOptionsThatADialectDoesNotHave) {
  using enum AutoAugmentPolicy;
  using enum AutoAugmentDialect;
  for (const auto policy : {imagenet, cifar10, svhn})
    for (const auto dialect : {timm, torchvision, tensorflow})
      EXPECT_EQ(refusal({.policy = policy, .dialect = dialect}), "(not refused)");
  for (const auto policy : {v0, v0r, originalr})
    EXPECT_EQ(refusal({.policy = policy}), "(not refused)");
  EXPECT_EQ(refusal({.policy = v0, .dialect = tensorflow}), "(not refused)");
  EXPECT_EQ(refusal({.policy = cifar10_95, .dialect = tensorflow}), "(not refused)");

  EXPECT_EQ(refusal({.policy = v0r, .dialect = tensorflow}),
            "auto_augment with dialect = \"tensorflow\" has policy = \"v0r\", which only timm has; "
            "expected dialect = \"timm\"");
  EXPECT_THAT(refusal({.policy = v0, .dialect = torchvision}), HasSubstr("contains solarize_add"));
  EXPECT_THAT(refusal({.policy = cifar10_95}), HasSubstr("contains cutout"));
  EXPECT_THAT(refusal({.dialect = torchvision, .magnitude_std = 0.5}),
              HasSubstr("has magnitude_std = 0.5, which only timm has"));
  EXPECT_EQ(refusal({.fill = {1, 2}}),
            "auto_augment has a fill of 2 values; expected one for all channels, three (red, green "
            "and blue), or an empty list for the dialect's");
}

// Gray images, and images of one pixel or row.
TEST(AutoAugment, EveryListAppliesToImagesOfEverySize) {
  const std::vector<AutoAugment> policies{
      {.policy = AutoAugmentPolicy::imagenet},
      {.policy = AutoAugmentPolicy::v0},
      {.policy = AutoAugmentPolicy::svhn, .dialect = AutoAugmentDialect::torchvision},
      {.policy = AutoAugmentPolicy::cifar10_95, .dialect = AutoAugmentDialect::tensorflow}};
  for (const auto& [height, width, channels] :
       std::vector<std::array<int, 3>>{{1, 1, 1}, {1, 7, 3}, {7, 1, 1}, {5, 6, 3}}) {
    const auto image = pattern(height, width, channels);
    for (std::uint64_t i = 0; i < 300; ++i) {
      for (const auto& policy : policies)
        EXPECT_EQ(use(policy, image, i).result.size(), image.size());
      EXPECT_EQ(use(FastAutoAugment{}, image, i).result.size(), image.size());
    }
  }
}

TEST(FastAutoAugment, DrawsEverySubPolicyAndItsSigns) {
  const FastAutoAugment policy{FastAutoAugmentPolicy::svhn};
  const auto list = sub_policies(policy.policy);
  const auto image = pattern(2, 3, 3);
  std::map<double, int> drawn;
  for (std::uint64_t i = 0; i < kUses; ++i) {
    const auto found = use(policy, image, i);
    Reader draws(found.draws);
    const auto& which = draws.next(DrawKind::below);
    ++drawn[which.value];
    for (const auto& [primitive, p, magnitude] : list[static_cast<std::size_t>(which.value)]) {
      const auto& chance = draws.next(DrawKind::chance);
      EXPECT_EQ(chance.high, p);
      if (chance.value == 0) continue;
      if (is_geometric(primitive)) {
        EXPECT_EQ(draws.next(DrawKind::chance).high, 0.5);
      }
      if (primitive != Primitive::cutout) continue;
      EXPECT_EQ(draws.next(DrawKind::uniform).low, 3) << "from the width to 1";
      EXPECT_EQ(draws.next(DrawKind::uniform).low, 2);
    }
    EXPECT_TRUE(draws.at_end());
  }
  EXPECT_EQ(drawn.size(), list.size());
}

// Both ends of Pillow's rectangles are filled.
TEST(FastAutoAugment, ItsCutoutIsAPixelLargerThanItsSide) {
  EXPECT_EQ(fast_cutout({20, 30}, 4, 10.5, 8.5), (Box{6, 8, 5, 5}));
  EXPECT_EQ(fast_cutout({20, 30}, 4, 30, 20), (Box{18, 28, 2, 2}));
  EXPECT_EQ(fast_cutout({20, 30}, 4, 1, 1), (Box{0, 0, 5, 5}));
  EXPECT_EQ(fast_cutout({20, 30}, 0, 10, 10), Box{});
}

}  // namespace
}  // namespace temper::augment
