// Weights, partners, boxes and the choice between methods.
#include <ATen/TensorOperators.h>
#include <ATen/ops/allclose.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/full.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "temper/core/dirichlet.h"
#include "temper/core/error.h"
#include "temper/mix/apply.h"
#include "temper/mix/partners.h"
#include "temper/mix/plan.h"
#include "tests/support/refusal.h"

namespace temper::mix {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

at::Tensor some_images(std::int64_t rows = 4) {
  return at::sin(at::arange(rows * 3 * 8 * 8, at::kFloat) * 1.7).reshape({rows, 3, 8, 8});
}

TEST(Partners, OfTimmAreTheReversedBatchAndOfTorchvisionTheRolledOne) {
  Random random(1, Purpose::mix);
  EXPECT_THAT(partners_of_two(Partner::reversed, Mode::batch, 5, random),
              ElementsAre(4, 3, 2, 1, 0));
  EXPECT_THAT(partners_of_two(Partner::rolled, Mode::elem, 4, random), ElementsAre(3, 0, 1, 2));
  EXPECT_THAT(partners_of_two(Partner::permuted, Mode::batch, 4, random),
              UnorderedElementsAre(0, 1, 2, 3));
}

TEST(Partners, ThatAreSimilarAreRowsAfterTheBatch) {
  Random random(1, Purpose::mix);
  EXPECT_THAT(partners_of_two(Partner::similar, Mode::batch, 3, random), ElementsAre(3, 4, 5));
  const auto made = plan({.mode = Mode::elem, .partner = Partner::similar}, {.seed = 1, .step = 2},
                         {.rows = 3, .images = {8, 8}});
  ASSERT_EQ(made.rows.size(), 6U);
  for (std::size_t row = 0; row < 3; ++row) {
    EXPECT_EQ(made.rows[row].partners, std::vector{static_cast<std::int64_t>(row) + 3});
    EXPECT_FALSE(made.rows[row + 3].is_mixed());
  }
  const auto images = some_images(6);
  mix_images(made, images);
  for (std::int64_t row = 0; row < 6; ++row)
    EXPECT_EQ(at::equal(images[row], some_images(6)[row]), row >= 3) << row;
}

TEST(Partners, ThatAreSimilarMixABatchOfOneImage) {
  const auto made =
      plan({.partner = Partner::similar}, {.seed = 1, .step = 2}, {.rows = 1, .images = {8, 8}});
  ASSERT_EQ(made.rows.size(), 2U);
  EXPECT_EQ(made.rows[0].partners, std::vector<std::int64_t>{1});
}

TEST(Partners, OfPairsAreEachOthers) {
  Random random(1, Purpose::mix);
  for (const auto rule : {Partner::permuted, Partner::reversed})
    for (const std::int64_t rows : {1, 2, 7, 8}) {
      const auto partners = partners_of_two(rule, Mode::pair, rows, random);
      std::int64_t alone = 0;
      for (std::int64_t row = 0; row < rows; ++row) {
        const auto partner = partners.at(static_cast<std::size_t>(row));
        EXPECT_EQ(partners.at(static_cast<std::size_t>(partner)), row);
        alone += partner == row ? 1 : 0;
      }
      EXPECT_EQ(alone, rows % 2);
    }
}

TEST(Partners, OfManyAreOtherRowsAndAllDifferent) {
  Random random(1, Purpose::mix);
  EXPECT_THAT(partners_of_many(Partner::rolled, 1, 5, 3, random), ElementsAre(0, 4, 3));
  for (std::int64_t row = 0; row < 6; ++row) {
    auto all = partners_of_many(Partner::permuted, row, 6, 5, random);
    all.push_back(row);
    EXPECT_THAT(all, UnorderedElementsAre(0, 1, 2, 3, 4, 5));
    const auto some = partners_of_many(Partner::permuted, row, 6, 2, random);
    EXPECT_EQ(some.size(), 2U);
    EXPECT_NE(some[0], some[1]);
    EXPECT_NE(some[0], row);
  }
}

TEST(Partners, OfAPartOfTheBatchAreInThePart) {
  const std::vector<std::int64_t> parts{3, 4, 3};
  const auto part_of = [](std::int64_t row) { return row < 3 ? 0 : row < 7 ? 1 : 2; };
  for (const auto& method : std::vector<Method>{Mixup{}, Mixup{.images = 3}, ZetaMixup{}})
    for (const auto rule : {Partner::permuted, Partner::reversed, Partner::rolled})
      for (const auto mode : {Mode::batch, Mode::pair, Mode::elem}) {
        const bool many =
            std::holds_alternative<ZetaMixup>(method) ||
            (std::holds_alternative<Mixup>(method) && std::get<Mixup>(method).images > 2);
        if ((many && (rule == Partner::reversed || mode == Mode::pair)) ||
            (rule == Partner::rolled && mode == Mode::pair))
          continue;
        const Mixing options{.methods = {method}, .mode = mode, .partner = rule};
        const auto made =
            plan(options, {.seed = 1, .step = 2}, {.rows = 10, .images = {8, 8}, .parts = parts});
        ASSERT_EQ(made.rows.size(), 10U);
        std::int64_t mixed = 0;
        for (std::int64_t row = 0; row < 10; ++row) {
          const auto& partners = made.rows[static_cast<std::size_t>(row)].partners;
          mixed += partners.empty() ? 0 : 1;
          for (const auto partner : partners) EXPECT_EQ(part_of(partner), part_of(row)) << row;
        }
        EXPECT_GT(mixed, 0);
        mix_images(made, some_images(10));
      }
}

TEST(Partners, OfPartsLeaveWeightsAndBoxesAsTheyAre) {
  const Mixing options{.methods = {Mixup{}, CutMix{}}, .mode = Mode::elem, .p = 0.5};
  const Address address{.seed = 1, .step = 2};
  const auto whole = plan(options, address, {.rows = 8, .images = {8, 8}});
  const auto same = plan(options, address, {.rows = 8, .images = {8, 8}, .parts = {8}});
  const auto halves = plan(options, address, {.rows = 8, .images = {8, 8}, .parts = {4, 4}});
  bool others = false;
  for (std::size_t row = 0; row < 8; ++row) {
    EXPECT_EQ(same.rows[row].partners, whole.rows[row].partners) << "one part is the whole batch";
    EXPECT_EQ(halves.blends[row].weights, whole.blends[row].weights);
    EXPECT_EQ(halves.blends[row].box, whole.blends[row].box);
    others = others || halves.rows[row].partners != whole.rows[row].partners;
  }
  EXPECT_TRUE(others);
}

/// The mean and the mean square of the first weight, over many steps.
std::vector<double> moments(const Mixup& mixup) {
  double mean = 0;
  double square = 0;
  constexpr int n = 20000;
  for (int step = 0; step < n; ++step) {
    Random random(1, Purpose::mix, {static_cast<std::uint64_t>(step)});
    const double weight = blend(mixup, {}, 128, random).weights.front();
    mean += weight / n;
    square += weight * weight / n;
  }
  return {mean, square};
}

// E w = 1 / k, E w^2 = (alpha + 1) / (k (k alpha + 1)); k = 2 is the Beta distribution.
TEST(Mixup, HasTheMomentsOfItsDistribution) {
  for (const double alpha : {0.2, 1.0, 4.0})
    for (const int k : {2, 3, 8}) {
      const auto found = moments({.alpha = alpha, .images = k});
      EXPECT_NEAR(found[0], 1.0 / k, 0.01) << alpha << ' ' << k;
      EXPECT_NEAR(found[1], (alpha + 1) / (k * (k * alpha + 1)), 0.01) << alpha << ' ' << k;
    }
}

TEST(Mixup, OfTwoImagesDrawsFromBeta) {
  Random ours(1, Purpose::mix, {4});
  Random beta_of(1, Purpose::mix, {4});
  EXPECT_EQ(blend(Mixup{.alpha = 0.4}, {}, 128, ours).weights.front(), beta(beta_of, 0.4));
}

TEST(Mixup, FoldedKeepsTheLargestWeightForTheImage) {
  for (std::uint64_t step = 0; step < 100; ++step) {
    Random random(1, Purpose::mix, {step});
    Random again(1, Purpose::mix, {step});
    const auto folded = blend(Mixup{.fold = true}, {}, 128, random).weights;
    const double lambda = blend(Mixup{}, {}, 128, again).weights.front();
    EXPECT_DOUBLE_EQ(folded.front(), std::max(lambda, 1 - lambda)) << lambda;
  }
}

TEST(Mixup, WithLambdaOneChangesNoBit) {
  Plan plan{.blends = {{.weights = {1, 0}}}, .rows = {}};
  for (std::int64_t row = 0; row < 4; ++row)
    plan.rows.push_back({.blend = 0, .partners = {3 - row}});
  const auto images = some_images();
  mix_images(plan, images);
  EXPECT_TRUE(at::equal(images, some_images()));
  const auto targets = at::eye(4, at::kFloat);
  EXPECT_TRUE(at::equal(mix_targets(plan, targets), targets));
}

TEST(Mixup, OfManyImagesIsTheirSum) {
  for (const std::int64_t images : {3, 6}) {
    Plan plan{.blends = {{.weights = {0.5}}}, .rows = {}};
    for (std::int64_t m = 1; m < images; ++m)
      plan.blends.front().weights.push_back(0.5 / static_cast<double>(images - 1));
    for (std::int64_t row = 0; row < 8; ++row) {
      plan.rows.push_back({.blend = 0});
      for (std::int64_t m = 1; m < images; ++m) plan.rows.back().partners.push_back((row + m) % 8);
    }
    const auto before = some_images(8);
    auto expected = before.mul(0.5);
    for (std::int64_t m = 1; m < images; ++m)
      expected = expected.add(before.roll({-m}, {0}), 0.5 / static_cast<double>(images - 1));
    const auto mixed = some_images(8);
    mix_images(plan, mixed);
    EXPECT_TRUE(at::allclose(mixed, expected, 0, 1e-6)) << images;
  }
}

// The paper: from 1.72865 on the first weight is larger than all others together.
TEST(ZetaMixup, HasTheWeightsOfAPSeries) {
  Random unused(1, Purpose::mix);
  const auto weights = blend(ZetaMixup{.gamma = 2}, {}, 3, unused).weights;
  ASSERT_EQ(weights.size(), 3U);
  EXPECT_NEAR(weights[1] / weights[0], 1.0 / 4, 1e-12);
  EXPECT_NEAR(weights[2] / weights[0], 1.0 / 9, 1e-12);
  EXPECT_GT(blend(ZetaMixup{.gamma = 1.72865}, {}, 512, unused).weights.front(), 0.5);
  EXPECT_LT(blend(ZetaMixup{.gamma = 1.6}, {}, 512, unused).weights.front(), 0.5);
  EXPECT_EQ(blend(ZetaMixup{.images = 3}, {}, 512, unused).weights.size(), 3U);
}

TEST(ManifoldMixup, DrawsEachOfItsStagesEquallyOften) {
  std::map<std::int64_t, int> seen;
  for (std::int64_t step = 0; step < 3000; ++step)
    ++seen[plan({.methods = {ManifoldMixup{.stages = {0, 2, 5}}}}, {.seed = 1, .step = step},
                {.rows = 4, .images = {8, 8}})
               .stage()];
  ASSERT_EQ(seen.size(), 3U);
  for (const auto stage : {0, 2, 5}) EXPECT_NEAR(seen[stage], 1000, 120) << stage;
  EXPECT_EQ(last_stage({.methods = {Mixup{}, ManifoldMixup{.stages = {3, 1}}}}), 3);
  EXPECT_EQ(last_stage({}), 0);
}

TEST(ManifoldMixup, MixesFeaturesAsImagesAreMixed) {
  for (const std::int64_t images : {2, 3}) {
    const auto made = plan({.methods = {Mixup{.images = images}}, .mode = Mode::elem},
                           {.seed = 1, .step = 4}, {.rows = 4, .images = {8, 8}});
    const auto expected = some_images();
    mix_images(made, expected);
    for (const auto& features :
         {some_images(), some_images().contiguous(at::MemoryFormat::ChannelsLast)}) {
      const auto mixed = mix_features(made, features);
      EXPECT_TRUE(at::allclose(mixed, expected, 0, 1e-6));
      EXPECT_TRUE(at::equal(features, some_images())) << "they stay as they are";
    }
    EXPECT_TRUE(
        at::allclose(mix_features(made, some_images().flatten(1)), expected.flatten(1), 0, 1e-6));
    const auto brief = mix_features(made, some_images().to(at::kBFloat16));
    EXPECT_EQ(brief.scalar_type(), at::kBFloat16);
    EXPECT_TRUE(at::allclose(brief.to(at::kFloat), expected, 0, 0.02));
  }
}

TEST(CutMix, KeepsTheShareOfPixelsThatItsTargetSays) {
  const Mixing mixing{.methods = {CutMix{}}, .mode = Mode::elem, .partner = Partner::reversed};
  for (std::int64_t step = 0; step < 30; ++step) {
    const auto made = plan(mixing, {.seed = 1, .step = step}, {.rows = 4, .images = {8, 8}});
    // Each image is filled with its row, so that the kept pixels can be counted.
    const auto images = at::zeros({4, 1, 8, 8}).add(at::arange(4).view({4, 1, 1, 1}));
    mix_images(made, images);
    const auto targets = mix_targets(made, at::eye(4, at::kDouble));
    for (std::int64_t row = 0; row < 4; ++row)
      EXPECT_DOUBLE_EQ(images[row].eq(row).to(at::kDouble).mean().item<double>(),
                       targets[row][row].item<double>());
  }
}

TEST(CutMix, RoundsABoxAsItsDialectDoes) {
  // A ratio of 0.625 of 8 pixels is a side of 5.
  const double lambda = 1 - 0.625 * 0.625;
  const ImageSize size{8, 8};
  const auto side = [&](CutMixDialect dialect) {
    return cutmix_box(dialect, lambda, size, {.y = 4, .x = 4}).height();
  };
  EXPECT_EQ(side(CutMixDialect::paper), 4);
  EXPECT_EQ(side(CutMixDialect::timm), 5);
  EXPECT_EQ(side(CutMixDialect::torchvision), 4);
  const auto clipped = cutmix_box(CutMixDialect::timm, lambda, size, {.y = 0, .x = 7});
  EXPECT_EQ(clipped, (Box{.top = 0, .left = 5, .bottom = 3, .right = 8}));
}

TEST(ResizeMix, ShowsTheWholePartner) {
  Plan plan{.blends = {replaced({.top = 2, .left = 1, .bottom = 6, .right = 5}, {8, 8}, true)},
            .rows = {}};
  for (std::int64_t row = 0; row < 2; ++row)
    plan.rows.push_back({.blend = 0, .partners = {1 - row}});
  const auto images = at::zeros({2, 1, 8, 8});
  images[1].slice(2, 0, 4).fill_(1);  // the left half is white
  mix_images(plan, images);
  EXPECT_NEAR(images[0][0][3][1].item<float>(), 1, 1e-6);
  EXPECT_EQ(images[0][0][3][4].item<float>(), 0);
  EXPECT_EQ(images[0][0][0][0].item<float>(), 0);
  EXPECT_NEAR(plan.blends.front().weights.front(), 0.75, 1e-12);
}

TEST(Mixing, DrawsItsMethodsByTheirWeights) {
  const Mixing mixing{.methods = {Mixup{.weight = 1}, CutMix{.alpha = 0.5, .weight = 3}}};
  int boxes = 0;
  for (std::int64_t step = 0; step < 2000; ++step)
    boxes +=
        plan(mixing, {.seed = 1, .step = step}, {.rows = 2, .images = {64, 64}}).blends.front().box
            ? 1
            : 0;
  EXPECT_GT(boxes, 1300);  // some have no pixels
  EXPECT_LT(boxes, 1560);
}

TEST(Mixing, ARowsMethodAndWeightsDontDependOnTheMethodsBesideIt) {
  const auto weight = [](std::vector<Method> methods) {
    return plan({.methods = std::move(methods)}, {.seed = 1, .step = 0},
                {.rows = 4, .images = {8, 8}})
        .blends.front()
        .weights.front();
  };
  EXPECT_EQ(weight({Mixup{}}), weight({Mixup{}, CutMix{.weight = 1e-9}}));
}

TEST(Mixing, ALabelIsKnownWhereAllThatIsMixedIntoItAre) {
  const Plan plan{
      .blends = {{.weights = {0.5, 0.5}}, {}},
      .rows = {{.blend = 0, .partners = {2}}, {.blend = 0, .partners = {0}}, {.blend = 1}}};
  const auto labelled = at::arange(3).lt(2);  // the last row has none
  const auto mixed = mix_labelled(plan, labelled);
  EXPECT_FALSE(mixed[0].item<bool>());
  EXPECT_TRUE(mixed[1].item<bool>());
  EXPECT_FALSE(mixed[2].item<bool>());
}

TEST(Mixing, RefusesPlansThatDontFitTheBatch) {
  const Plan plan{.blends = {{.weights = {0.5, 0.5}}}, .rows = {{.blend = 0, .partners = {7}}}};
  EXPECT_THROW(mix_images(plan, some_images(1)), Error);
  EXPECT_THROW(mix_images(plan, some_images(2)), Error);
  const Plan large{.blends = {{.weights = {0.5, 0.5}, .box = Box{0, 0, 9, 9}}},
                   .rows = {{.blend = 0, .partners = {0}}}};
  EXPECT_THROW(mix_images(large, some_images(1)), Error);
}

std::string refusal(const Mixing& mixing, std::int64_t rows = 16) {
  return temper::testing::refusal([&] { check(mixing, "mixing", rows); });
}

TEST(Mixing, RefusesOptionsThatContradictEachOther) {
  EXPECT_EQ(refusal({}), "(not refused)");
  EXPECT_THAT(refusal({.methods = {}}), HasSubstr("mixing.methods is empty"));
  EXPECT_THAT(refusal({.methods = {Mixup{.images = 17}}}),
              HasSubstr("mixing.methods.0.images asks for 17 images, but a batch has 16"));
  EXPECT_THAT(refusal({.methods = {ZetaMixup{.images = 1}}}), HasSubstr("expected at least 2"));
  EXPECT_THAT(refusal({.methods = {Mixup{.images = 3}}, .mode = Mode::pair}),
              HasSubstr("mode = \"pair\" mixes two"));
  EXPECT_THAT(refusal({.methods = {CutMix{}, ZetaMixup{}}, .partner = Partner::reversed}),
              HasSubstr("mixing.methods.1.images asks for 16 images"));
  EXPECT_THAT(refusal({.mode = Mode::pair, .partner = Partner::rolled}),
              HasSubstr("mixing.mode is \"pair\""));
  EXPECT_EQ(refusal({.partner = Partner::similar, .bandwidth = 0.2}, 1), "(not refused)");
  EXPECT_THAT(refusal({.methods = {Mixup{.images = 3}}, .partner = Partner::similar}),
              HasSubstr("partner = \"similar\" gives an image one partner"));
  EXPECT_THAT(refusal({.mode = Mode::pair, .partner = Partner::similar}),
              HasSubstr("mixing.mode is \"pair\", but with partner = \"similar\""));
  const ManifoldMixup manifold;
  EXPECT_EQ(refusal({.methods = {manifold, Mixup{}}}), "(not refused)");
  EXPECT_THAT(refusal({.methods = {manifold}, .mode = Mode::elem}),
              HasSubstr("mixing.methods.0 is manifold_mixup"));
  EXPECT_THAT(refusal({.methods = {manifold}, .partner = Partner::similar}),
              HasSubstr("with partner = \"similar\" partners are not in it"));
  EXPECT_THAT(refusal({.methods = {ManifoldMixup{.stages = {}}}}),
              HasSubstr("mixing.methods.0.stages is empty"));
  EXPECT_THAT(refusal({.bandwidth = 0.2}), HasSubstr("mixing.bandwidth = 0.2 is about partners"));
  for (const Method& method : {Method(CutMix{}), Method(ZetaMixup{})})
    EXPECT_THAT(refusal({.methods = {method}}, 1), HasSubstr("a batch has a single one; raise "));
}

}  // namespace
}  // namespace temper::mix
