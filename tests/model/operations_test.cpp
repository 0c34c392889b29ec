// The operations without weights, against LibTorch and against their shapes in a graph.
#include "temper/model/operations.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <numbers>
#include <string>
#include <vector>

namespace temper::model {
namespace {

TEST(Activations, AreTheirFormulas) {
  const auto x = at::linspace(-8, 8, 65);
  const std::map<Activation, at::Tensor> expected{
      {Activation::none, x},
      {Activation::relu, x.clamp_min(0)},
      {Activation::relu6, x.clamp(0, 6)},
      {Activation::silu, x / (1 + x.neg().exp())},
      {Activation::gelu, x * 0.5 * (1 + (x / std::numbers::sqrt2).erf())},
      {Activation::hardswish, x * (x + 3).clamp(0, 6) / 6},
      {Activation::sigmoid, 1 / (1 + x.neg().exp())}};
  for (const auto& [function, values] : expected)
    EXPECT_TRUE(activate(x.clone(), function).tensor().allclose(values, 1e-5, 1e-6))
        << name_of(function);
}

TEST(Operations, ComputeWhatTheirNamesSay) {
  const auto a = at::randn({2, 3, 4, 5});
  const auto b = at::randn({2, 3, 4, 5});
  const Value x(a);
  const Value y(b);
  EXPECT_TRUE(add(x, y).tensor().equal(a + b));
  EXPECT_TRUE(add(x, y, Activation::relu).tensor().equal((a + b).clamp_min(0)));
  EXPECT_TRUE(multiply(x, 2.5).tensor().equal(a * 2.5));
  EXPECT_TRUE(multiply(x, 1).tensor().is_same(a));
  const auto scale = at::randn({2, 3});
  EXPECT_TRUE(multiply(x, Value(scale)).tensor().equal(a * scale.view({2, 3, 1, 1})));
  EXPECT_TRUE(mean(x).tensor().equal(a.mean({2, 3})));
  const auto wide = pad(x, {1, 2, 3, 4}).tensor();
  EXPECT_EQ(wide.sizes(), (std::vector<std::int64_t>{2, 3, 11, 8}));
  EXPECT_TRUE(wide.narrow(2, 3, 4).narrow(3, 1, 5).equal(a));
  EXPECT_NEAR(wide.abs().sum().item<double>(), a.abs().sum().item<double>(), 1e-3);
}

TEST(Operations, HaveTheirResultsShapesInAGraph) {
  const Window window{.kernel = 3, .stride = 2, .padding = 1};
  const std::map<std::string, std::function<Value(const Value&)>> operations{
      {"activate", [](const Value& x) { return activate(x, Activation::silu); }},
      {"add", [](const Value& x) { return add(x, x.again()); }},
      {"multiply", [](const Value& x) { return multiply(x, 0.5); }},
      {"scale", [](const Value& x) { return multiply(x, mean(x)); }},
      {"max_pool", [&](const Value& x) { return max_pool(x, window); }},
      {"pad", [](const Value& x) { return pad(x, {1, 2, 3, 4}); }},
      {"mean", [](const Value& x) { return mean(x); }}};
  for (const auto& [name, operation] : operations) {
    Graph graph;
    operation(Value::input(graph, {.channels = 3, .height = 8, .width = 9}));
    const auto y = operation(at::ones({2, 3, 8, 9})).tensor();
    const auto& shape = graph.nodes.back().shape;
    EXPECT_EQ(y.size(1), shape.channels) << name;
    EXPECT_EQ(y.numel(), 2 * shape.channels * shape.height * shape.width) << name;
  }
}

}  // namespace
}  // namespace temper::model
