#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "temper/core/fields.h"

// Options of every type, to test the binder, the writer and the comparison independently of
// temper's own options.
namespace temper::recipe::testing {

enum class Rule { linear, uniform };

}  // namespace temper::recipe::testing

template <>
struct temper::EnumNames<temper::recipe::testing::Rule> {
  static constexpr std::array<std::string_view, 2> value{"linear", "uniform"};
};

namespace temper::recipe::testing {

struct Depth {
  double rate = 0.1;
  Rule rule = Rule::linear;

  static constexpr About about = {.summary = "Skips blocks.", .paper = "Huang et al. 2016"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Depth::rate, {.name = "rate", .meaning = "how many", .bounds = {0, 1, false, true}}),
        field(&Depth::rule, {.name = "rule", .meaning = "which"})};
  }
};

struct Fast {
  double lr = 0.1;
  bool nesterov = true;
  double weight_decay = 5e-4;

  static constexpr std::string_view kind = "fast";
  static constexpr About about = {.summary = "The quick one.", .formula = "w <- w - lr * g"};
  static constexpr auto fields() {
    return std::tuple{
        field(&Fast::lr,
              {.name = "lr", .meaning = "learning rate", .bounds = {.low = 0}, .scheduled = true}),
        field(&Fast::nesterov, {.name = "nesterov", .meaning = "Nesterov momentum"}),
        field(&Fast::weight_decay, {.name = "weight_decay",
                                    .meaning = "decay",
                                    .bounds = {.low = 0, .high = 1},
                                    .alias = "wd"})};
  }
};

struct Careful {
  double lr = 0.001;
  double beta = 0.9;

  static constexpr std::string_view kind = "careful";
  static constexpr auto fields() {
    return std::tuple{
        field(&Careful::lr,
              {.name = "lr", .meaning = "learning rate", .bounds = {.low = 0}, .scheduled = true}),
        field(&Careful::beta,
              {.name = "beta", .meaning = "decay rate", .bounds = {0, 1, false, true}})};
  }
};

struct Pad {
  std::int64_t padding = 4;

  static constexpr std::string_view kind = "pad";
  static constexpr auto fields() {
    return std::tuple{
        field(&Pad::padding,
              {.name = "padding", .meaning = "border", .unit = "px", .bounds = {.low = 0}})};
  }
};

struct Mirror {
  double probability = 0.5;

  static constexpr std::string_view kind = "mirror";
  static constexpr auto fields() {
    return std::tuple{
        field(&Mirror::probability,
              {.name = "probability", .meaning = "chance", .bounds = {0, 1}, .scheduled = true})};
  }
};

using Optimizer = std::variant<Fast, Careful>;
using Operation = std::variant<Pad, Mirror>;

struct Data {
  std::string source = "digits";
  std::vector<Operation> augment;
  std::vector<double> scales;
  Auto loader_threads;

  static constexpr auto fields() {
    return std::tuple{
        field(&Data::source, {.name = "source", .meaning = "where the images are"}),
        field(&Data::augment, {.name = "augment", .meaning = "augmentations"}),
        field(&Data::scales,
              {.name = "scales", .meaning = "sizes", .bounds = {.low = 0, .open_low = true}}),
        field(&Data::loader_threads, {.name = "loader_threads",
                                      .meaning = "threads",
                                      .bounds = {.low = 1},
                                      .changes_results = false})};
  }
};

struct Options {
  std::string name = "run";
  std::int64_t epochs = 5;
  Data data;
  Optimizer optimizer;
  std::optional<Depth> depth;
  std::optional<Optimizer> second;

  static constexpr auto fields() {
    return std::tuple{
        field(&Options::name,
              {.name = "name", .meaning = "name of the run", .changes_results = false}),
        field(&Options::epochs,
              {.name = "epochs", .meaning = "passes over the data", .bounds = {.low = 1}}),
        field(&Options::data, {.name = "data", .meaning = "images"}),
        field(&Options::optimizer, {.name = "optimizer", .meaning = "update rule"}),
        field(&Options::depth,
              {.name = "stochastic_depth", .meaning = "skipped blocks", .alias = "drop_path"}),
        field(&Options::second, {.name = "second", .meaning = "another rule"})};
  }
};

}  // namespace temper::recipe::testing
