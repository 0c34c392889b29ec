// Operations that apply some of those that they hold.
#include "temper/augment/policies/choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temper/augment/pipeline/applier.h"
#include "temper/augment/pipeline/pipeline.h"
#include "tests/support/refusal.h"

namespace temper::augment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Custom drawing(std::string name) {
  return {.name = std::move(name), .function = [](io::Image&, Random& r) { r.uniform(); }};
}

Trace trace_of(const Operation& operation, std::uint64_t sample) {
  const io::Image image{2, 2, 1, std::vector<std::uint8_t>(4)};
  Frame frame({2, 2});
  frame.begin(image);
  std::vector<Trace> traces;
  const Applier apply({.sample = sample}, frame, &traces);
  apply(std::vector{operation});
  return traces.at(0);
}

std::vector<std::string> names(const Trace& trace) {
  std::vector<std::string> found;
  for (const auto& nested : trace.nested) found.push_back(nested.operation);
  return found;
}

double drawn(std::string_view path, std::uint64_t sample) {
  return Random(0, Purpose::augment, {0, sample, 0, 0, coordinate(path)}).uniform();
}

constexpr int kUses = 6000;

void expect_share(int count, double p, const std::string& what) {
  EXPECT_NEAR(count, p * kUses, 5 * std::sqrt(p * (1 - p) * kUses)) << what;
}

TEST(OneOf, AppliesEachOperationEquallyOften) {
  const OneOf one{.operations = {drawing("a"), drawing("b"), drawing("c")}};
  std::map<std::string, int> counts;
  for (std::uint64_t i = 0; i < kUses; ++i) {
    const auto trace = trace_of(one, i);
    EXPECT_EQ(trace.operation, "one_of");
    EXPECT_EQ(trace.draws.size(), 1U);
    ASSERT_EQ(trace.nested.size(), 1U);
    ++counts[trace.nested[0].operation];
  }
  for (const auto* name : {"a", "b", "c"}) expect_share(counts[name], 1.0 / 3, name);
}

TEST(OneOf, AppliesThemByTheirWeights) {
  const OneOf one{.operations = {drawing("a"), drawing("b"), drawing("c"), drawing("d")},
                  .weights = {1, 0, 2, 5}};
  std::map<std::string, int> counts;
  for (std::uint64_t i = 0; i < kUses; ++i) ++counts[trace_of(one, i).nested.at(0).operation];
  EXPECT_FALSE(counts.contains("b"));
  expect_share(counts["a"], 1.0 / 8, "a");
  expect_share(counts["c"], 2.0 / 8, "c");
  expect_share(counts["d"], 5.0 / 8, "d");
}

TEST(OneOf, AnOperationDrawsByItsPlaceAmongThoseOfItsKind) {
  const OneOf one{.operations = {drawing("a"), drawing("b"), drawing("a")}, .weights = {0, 0, 1}};
  for (std::uint64_t i = 0; i < 5; ++i)
    EXPECT_EQ(trace_of(one, i).nested.at(0).draws.at(0).value, drawn("one_of.0.a.1", i));
}

TEST(SomeOf, DrawsDifferentOperationsInRandomOrder) {
  const SomeOf some{.operations = {drawing("a"), drawing("b"), drawing("c")}, .n = 2};
  std::map<std::vector<std::string>, int> counts;
  for (std::uint64_t i = 0; i < kUses; ++i) ++counts[names(trace_of(some, i))];
  EXPECT_EQ(counts.size(), 6U);
  for (const auto& [order, count] : counts) {
    EXPECT_NE(order.at(0), order.at(1));
    expect_share(count, 1.0 / 6, order.at(0) + order.at(1));
  }
}

TEST(SomeOf, MayKeepTheOrderOfTheList) {
  const SomeOf some{.operations = {drawing("a"), drawing("b"), drawing("c")},
                    .n = 2,
                    .order = DrawnOrder::listed};
  std::set<std::vector<std::string>> found;
  for (std::uint64_t i = 0; i < 200; ++i) found.insert(names(trace_of(some, i)));
  EXPECT_THAT(found,
              ElementsAre(ElementsAre("a", "b"), ElementsAre("a", "c"), ElementsAre("b", "c")));
}

TEST(SomeOf, DrawsByWeightsAmongThoseThatAreLeft) {
  const SomeOf some{
      .operations = {drawing("a"), drawing("b"), drawing("c")}, .n = 2, .weights = {1, 2, 5}};
  std::map<std::string, int> counts;
  for (std::uint64_t i = 0; i < kUses; ++i) {
    const auto order = names(trace_of(some, i));
    ++counts[order.at(0) + order.at(1)];
  }
  expect_share(counts["ab"], 1.0 / 8 * 2 / 7, "ab");
  expect_share(counts["ca"], 5.0 / 8 * 1 / 3, "ca");
  expect_share(counts["bc"], 2.0 / 8 * 5 / 6, "bc");
}

TEST(SomeOf, WithReplacementAnOperationAppliedAgainDrawsAgain) {
  const SomeOf some{.operations = {drawing("a")}, .n = 3, .replace = true};
  const auto trace = trace_of(some, 4);
  EXPECT_THAT(names(trace), ElementsAre("a", "a", "a"));
  EXPECT_EQ(trace.nested[0].draws.at(0).value, drawn("some_of.0.a.0", 4));
  EXPECT_EQ(trace.nested[1].draws.at(0).value, drawn("some_of.0.a.0@1", 4));
  EXPECT_EQ(trace.nested[2].draws.at(0).value, drawn("some_of.0.a.0@2", 4));
}

TEST(SomeOf, AppliesNothingOrAll) {
  const std::vector<Operation> all{drawing("a"), drawing("b")};
  EXPECT_THAT(trace_of(SomeOf{.operations = all, .n = 0}, 0).nested, ::testing::IsEmpty());
  const auto every = names(trace_of(SomeOf{.operations = all, .n = 2}, 0));
  EXPECT_EQ(std::set(every.begin(), every.end()).size(), 2U);
}

std::string refusal(const Operation& operation) {
  return temper::testing::refusal(
      [&] { const Pipeline pipeline({operation}, {{0}, {1}}, {4, 4}); });
}

TEST(Choices, RefuseWhatCanNotBeDrawn) {
  const std::vector<Operation> two{Flip{}, PadCrop{}};
  EXPECT_EQ(refusal(OneOf{}), "(not refused)");
  EXPECT_EQ(refusal(SomeOf{}), "(not refused)");
  EXPECT_EQ(refusal(SomeOf{.operations = two, .n = 5, .replace = true}), "(not refused)");
  EXPECT_THAT(refusal(OneOf{.operations = {}}), HasSubstr("operations.0.operations is empty"));
  EXPECT_THAT(refusal(SomeOf{.operations = {}}), HasSubstr("operations.0.operations is empty"));
  EXPECT_EQ(refusal(OneOf{.operations = two, .weights = {1}}),
            "one_of has 1 weights for 2 operations; expected one for each operation, or an empty "
            "list for equal ones");
  EXPECT_EQ(refusal(OneOf{.operations = two, .weights = {0, 0}}),
            "one_of has 0 weights above 0; expected at least 1, as many as operations are drawn");
  EXPECT_EQ(refusal(SomeOf{.operations = two, .n = 3}),
            "some_of draws n = 3 of 2 operations; expected at most 2, or replace = true");
  EXPECT_THAT(refusal(SomeOf{.operations = two, .n = 2, .weights = {1, 0}}),
              HasSubstr("some_of has 1 weights above 0; expected at least 2"));
  EXPECT_THAT(refusal(SomeOf{.operations = two, .n = 65, .replace = true}),
              HasSubstr("n = 65 operations; expected 0 to 64"));
}

// A policy inside itself would never end; lists within lists are limited.
TEST(Choices, MayHoldOneAnotherToADepth) {
  std::vector<Operation> nested{Flip{}};
  for (int depth = 1; depth < kMaxNesting; ++depth)
    nested = {depth % 2 == 0 ? Operation(OneOf{.operations = nested})
                             : Operation(SomeOf{.operations = nested})};
  EXPECT_EQ(refusal(nested.at(0)), "(not refused)");
  EXPECT_THAT(refusal(OneOf{.operations = nested}),
              HasSubstr("is a list within 8 others; expected at most 7"));
  auto trace = trace_of(nested.at(0), 0);
  while (trace.operation != "flip") {
    ASSERT_EQ(trace.nested.size(), 1U);
    trace = Trace(trace.nested[0]);
  }
}

}  // namespace
}  // namespace temper::augment
