#include "temper/augment/pipeline/applier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace temper::augment {
namespace {

Custom drawing(std::string name) {
  return {.name = std::move(name), .function = [](io::Image&, Random& r) { r.uniform(); }};
}

/// What the operations draw, by their names; of several with the same name, one after the other.
std::map<std::string, std::vector<Draw>> draws_of(const std::vector<Operation>& operations,
                                                  const Address& address = {1, 2, 3, 4, 5}) {
  const io::Image image{8, 8, 1, std::vector<std::uint8_t>(64)};
  Frame frame({8, 8});
  frame.begin(image);
  std::vector<Trace> traces;
  const Applier apply(address, frame, &traces);
  apply(operations);
  std::map<std::string, std::vector<Draw>> draws;
  for (const auto& trace : traces) {
    auto& of = draws[trace.operation];
    of.insert(of.end(), trace.draws.begin(), trace.draws.end());
  }
  return draws;
}

TEST(Applier, AnOperationDrawsByItsKindAndOccurrence) {
  const auto draws = draws_of({Flip{}, PadCrop{}, Flip{}, drawing("haze")});
  const auto random = [](std::string_view path) {
    return Random(1, Purpose::augment, {2, 3, 4, 5, coordinate(path)});
  };
  const auto& flips = draws.at("flip");
  ASSERT_EQ(flips.size(), 2U);
  EXPECT_EQ(flips[0].value != 0, random("flip.0").chance(0.5));
  EXPECT_EQ(flips[1].value != 0, random("flip.1").chance(0.5));
  EXPECT_EQ(draws.at("pad_crop").at(0).value, static_cast<double>(random("pad_crop.0").below(9)));
  EXPECT_EQ(draws.at("haze").at(0).value, random("haze.0").uniform());
}

TEST(Applier, OperationsOfOtherKindsChangeNoDraws) {
  const auto alone = draws_of({PadCrop{}, RandomResizedCrop{}});
  for (const auto& others : std::vector<std::vector<Operation>>{
           {Flip{}, PadCrop{}, CenterCrop{}, RandomResizedCrop{}},
           {PadCrop{}, drawing("haze"), RandomResizedCrop{}, Flip{}},
           {RandomResizedCrop{}, PadCrop{}}}) {
    const auto draws = draws_of(others);
    EXPECT_EQ(draws.at("pad_crop"), alone.at("pad_crop"));
    EXPECT_EQ(draws.at("random_resized_crop"), alone.at("random_resized_crop"));
  }
}

TEST(Applier, TwoOfAKindDrawDifferently) {
  const auto haze = draws_of({drawing("haze"), drawing("haze"), drawing("rain")});
  const auto first = haze.at("haze").at(0).value;
  EXPECT_NE(first, haze.at("haze").at(1).value);
  EXPECT_NE(first, haze.at("rain").at(0).value);
  EXPECT_EQ(first, draws_of({drawing("haze")}).at("haze").at(0).value);
}

std::vector<Trace> traces_of(const std::vector<Operation>& operations, std::uint64_t sample) {
  const io::Image image{8, 8, 1, std::vector<std::uint8_t>(64)};
  Frame frame({8, 8});
  frame.begin(image);
  std::vector<Trace> traces;
  const Applier apply({.sample = sample}, frame, &traces);
  apply(operations);
  return traces;
}

TEST(Applier, RandomApplyAppliesAllOperationsOrNone) {
  int applied = 0;
  constexpr int n = 2000;
  for (std::uint64_t i = 0; i < n; ++i) {
    const auto trace =
        traces_of({RandomApply{.operations = {Flip{.p = 1}, CenterCrop{}}, .p = 0.3}}, i).at(0);
    EXPECT_EQ(trace.operation, "random_apply");
    ASSERT_EQ(trace.draws.size(), 1U);
    EXPECT_EQ(trace.draws[0].high, 0.3);
    const bool is_applied = trace.draws[0].value != 0;
    applied += is_applied;
    ASSERT_EQ(trace.nested.size(), is_applied ? 2U : 0U);
    EXPECT_EQ(trace.after.flipped, is_applied);
    if (!is_applied) continue;
    EXPECT_EQ(trace.nested[0].operation, "flip");
    EXPECT_TRUE(trace.nested[0].after.flipped);
    EXPECT_EQ(trace.nested[1].operation, "center_crop");
  }
  EXPECT_NEAR(applied, 0.3 * n, 5 * std::sqrt(0.21 * n));
}

TEST(Applier, NestedOperationsDrawByTheOneThatHoldsThem) {
  const auto haze = [](const Trace& trace) { return trace.nested.at(0).draws.at(0).value; };
  const RandomApply holder{.operations = {drawing("haze")}, .p = 1};
  const RandomApply deeper{.operations = {holder}, .p = 1};
  const auto traces = traces_of({drawing("haze"), holder, Flip{}, holder, deeper}, 7);
  const auto drawn = [](std::string_view path) {
    return Random(0, Purpose::augment, {0, 7, 0, 0, coordinate(path)}).uniform();
  };
  EXPECT_EQ(traces[0].draws.at(0).value, drawn("haze.0"));
  EXPECT_EQ(haze(traces[1]), drawn("random_apply.0.haze.0"));
  EXPECT_EQ(haze(traces[3]), drawn("random_apply.1.haze.0"));
  EXPECT_EQ(haze(traces[4].nested.at(0)), drawn("random_apply.2.random_apply.0.haze.0"));
  // Others beside it and in its list change nothing.
  const RandomApply longer{.operations = {CenterCrop{}, drawing("haze"), Flip{}}, .p = 1};
  EXPECT_EQ(traces_of({Flip{}, longer}, 7)[1].nested.at(1).draws, traces[1].nested.at(0).draws);
}

TEST(Applier, AlternatingFlipsShowBothSidesInTwoEpochs) {
  const io::Image image{8, 8, 1, std::vector<std::uint8_t>(64)};
  const std::vector<Operation> operations{PadCrop{}, AlternatingFlip{}};
  Frame frame({8, 8});
  const auto traces_in = [&](std::uint64_t epoch, std::uint64_t sample) {
    frame.begin(image);
    std::vector<Trace> traces;
    const Applier apply({.seed = 1, .epoch = epoch, .sample = sample}, frame, &traces);
    apply(operations);
    return traces;
  };
  int at_first = 0;
  constexpr int n = 2000;
  for (std::uint64_t sample = 0; sample < n; ++sample) {
    const auto first = traces_in(0, sample);
    const bool flipped = first[1].after.flipped;
    at_first += flipped;
    for (std::uint64_t epoch = 1; epoch < 4; ++epoch) {
      const auto traces = traces_in(epoch, sample);
      ASSERT_EQ(traces[1].after.flipped, flipped != (epoch % 2 == 1)) << epoch;
      EXPECT_EQ(traces[1].applied.size(), traces[1].after.flipped ? 1U : 0U);
      EXPECT_EQ(traces[1].draws, first[1].draws) << "the same in every epoch";
    }
  }
  EXPECT_NEAR(at_first, n / 2.0, 5 * std::sqrt(n / 4.0));
  EXPECT_NE(traces_in(0, 1)[0].draws, traces_in(1, 1)[0].draws) << "the shift is drawn anew";
}

TEST(Applier, EveryUseOfAnImageHasDrawsOfItsOwn) {
  const std::vector<Operation> operations{drawing("haze")};
  const auto value = [&](const Address& address) {
    return draws_of(operations, address).at("haze").at(0).value;
  };
  const Address address{.seed = 1, .epoch = 2, .sample = 3};
  EXPECT_EQ(value(address), value({.seed = 1, .epoch = 2, .sample = 3}));
  for (const Address& other :
       {Address{.seed = 2, .epoch = 2, .sample = 3}, Address{.seed = 1, .epoch = 3, .sample = 3},
        Address{.seed = 1, .epoch = 2, .sample = 4},
        Address{.seed = 1, .epoch = 2, .sample = 3, .repeat = 1},
        Address{.seed = 1, .epoch = 2, .sample = 3, .view = 1}})
    EXPECT_NE(value(address), value(other));
}

}  // namespace
}  // namespace temper::augment
