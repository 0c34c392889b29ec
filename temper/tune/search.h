#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "temper/core/error.h"
#include "temper/core/fields.h"
#include "temper/recipe/complete.h"
#include "temper/recipe/text.h"
#include "temper/recipe/tree.h"

/// The file of `temper tune`: a base recipe, and options whose values are searched for on the
/// validation set.
namespace temper::tune {

enum class Method : std::uint8_t {
  random,  ///< every trial is trained to the end: Bergstra and Bengio 2012
  asha     ///< asynchronous successive halving, see asha.h
};

/// The figure of the validation set that trials are compared by.
enum class Metric : std::uint8_t {
  accuracy,  ///< for regression targets R^2
  loss
};

enum class Distribution : std::uint8_t {
  log_uniform,  ///< the logarithm is uniform between those of low and high
  uniform,      ///< between low and high
  integer,      ///< the whole numbers from low to high, each equally likely
  choice        ///< the values, each equally likely
};

/// An option whose values are drawn.
struct Parameter {
  std::string option;
  Distribution distribution = Distribution::log_uniform;
  double low = 0;
  double high = 0;
  std::vector<recipe::Node> values;  ///< of a choice

  // Filled in by load_search().
  std::string path;  ///< of the edit: that of the option, or of its schedule's peak
  Where where;       ///< of its [[search]]

  static constexpr auto fields() {
    return std::tuple{
        field(
            &Parameter::option,
            {.name = "option",
             .meaning = "option of the recipe, as in \"optimizer.lr\" or \"optimizer.kind\"; of a "
                        "scheduled number its peak"}),
        field(&Parameter::distribution,
              {.name = "distribution",
               .meaning = "what values are drawn from. log_uniform, uniform: numbers between low "
                          "and high; integer: whole numbers from low to high; choice: the list "
                          "values"}),
        field(&Parameter::low, {.name = "low", .meaning = "lowest value; not for choice"}),
        field(&Parameter::high, {.name = "high", .meaning = "highest value; not for choice"})};
  }
};

struct Search {
  std::string name;
  std::string description;
  std::string base;
  Method method = Method::random;
  std::int64_t trials = 20;
  std::int64_t seed = 1;
  Metric metric = Metric::accuracy;
  std::int64_t eta = 3;
  std::int64_t min_epochs = 1;
  bool keep_runs = false;
  std::vector<Parameter> parameters;

  // Filled in by load_search().
  recipe::Tree base_tree;
  std::vector<recipe::Tree> base_sets;
  recipe::Places places;

  static constexpr auto fields() {
    return std::tuple{
        field(&Search::name,
              {.name = "name", .meaning = "title of the search; none: the file's name"}),
        field(&Search::description,
              {.name = "description", .meaning = "what is searched for, in a sentence"}),
        field(
            &Search::base,
            {.name = "base",
             .meaning = "the recipe that the trials change: its path, relative to this file, or a "
                        "table [base] with its options"}),
        field(
            &Search::method,
            {.name = "method",
             .meaning = "random: every trial is trained to the end; asha: asynchronous successive "
                        "halving, which trains most of them for a few epochs only"}),
        field(&Search::trials, {.name = "trials",
                                .meaning = "number of settings that are drawn",
                                .bounds = {1, 10000}}),
        field(&Search::seed,
              {.name = "seed",
               .meaning = "seed of the settings that are drawn; that of the training "
                          "is the recipe's",
               .bounds = {.low = 0}}),
        field(
            &Search::metric,
            {.name = "metric",
             .meaning = "figure of the validation set that trials are compared by; accuracy is R2 "
                        "for regression targets"}),
        field(&Search::eta, {.name = "eta",
                             .meaning = "asha: one in so many trials is promoted, and trained so "
                                        "many times longer",
                             .bounds = {2, 100}}),
        field(&Search::min_epochs,
              {.name = "min_epochs",
               .meaning = "asha: fewest epochs that a trial is trained for; the most are the "
                          "recipe's",
               .unit = "epochs",
               .bounds = {.low = 1}}),
        field(&Search::keep_runs,
              {.name = "keep_runs",
               .meaning = "keep the run directories of all trials; false: that of the best alone, "
                          "once the search has ended"})};
  }
};

/// Reads a search file and its base recipe, and draws and binds every trial. Throws
/// Error{Code::usage} with the place of the first mistake, also for a setting that the recipe can't
/// have and for options that a search must not change: the seed, and which images are held out. It
/// throws Error{Code::io} when a file can't be read.
/// @param sets  edits: of the base recipe where they begin with "base.", else of the file
Search load_search(const std::filesystem::path& file, const std::vector<std::string>& sets = {});
/// The same for a text. @param name  of the text; a base recipe's path is relative to its folder
Search parse_search(std::string_view text, const std::string& name,
                    const std::vector<std::string>& sets = {});

/// How an edit of a search that is being typed may continue: the keys of its file, and after
/// "base." those of its base recipe.
recipe::EditCompletion complete_search_edit(std::string_view typed);

}  // namespace temper::tune

template <>
struct temper::EnumNames<temper::tune::Method> {
  static constexpr std::array<std::string_view, 2> value{"random", "asha"};
};
template <>
struct temper::EnumNames<temper::tune::Metric> {
  static constexpr std::array<std::string_view, 2> value{"accuracy", "loss"};
};
template <>
struct temper::EnumNames<temper::tune::Distribution> {
  static constexpr std::array<std::string_view, 4> value{"log_uniform", "uniform", "integer",
                                                         "choice"};
};
