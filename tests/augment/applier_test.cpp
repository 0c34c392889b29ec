#include "temper/augment/applier.h"

#include <gtest/gtest.h>

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
