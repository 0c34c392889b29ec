#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "temper/data/sources/source.h"
#include "temper/data/tools/check.h"
#include "temper/recipe/recipe.h"
#include "temper/recipe/starter.h"
#include "temper/train/request.h"

namespace temper::train {

/// The facts that a recipe is chosen by: counts, and the sizes of a sample of evenly spaced
/// pictures, from their headers. Unreadable pictures are skipped.
/// @param source  as data.source
/// @param device  as device
recipe::DataSummary recipe_facts(const data::Dataset& dataset, const std::string& source,
                                 recipe::Device device = recipe::Device::automatic);

/// The same from the result of `temper data check`. There must be a training set.
recipe::DataSummary recipe_facts(const data::Check& check,
                                 recipe::Device device = recipe::Device::automatic);

/// The recipe by which data is read before a recipe is chosen for it: the starter recipe with the
/// edits, apart from those of what is chosen, which may be options that only the chosen recipe has.
recipe::Recipe reading_recipe(const RunRequest& request);

/// Adds the weights to start from, if there are any for such images. Throws as open_pretrained().
/// @param channels  of the images
void add_weights(recipe::DataSummary& found, std::int64_t channels, const StartingWeights& weights);

/// Whether choose_recipe() takes the default recipe and chooses none: for Fashion-MNIST, unless
/// weights are asked for.
bool has_default_recipe(const std::string& source, const StartingWeights& weights);

/// The recipe that choose_recipe() chooses for checked data; nothing where no image can be read.
std::optional<recipe::Choice> choice_for(const data::Check& check,
                                         const StartingWeights& weights = {});

/// The chosen options and the reasons, one per line.
std::string to_text(const recipe::Choice& choice);
nlohmann::ordered_json to_json(const recipe::Choice& choice);

/// A recipe with its data.
struct ChosenRecipe {
  recipe::Recipe recipe;
  data::Dataset data;
  std::string note = {};  ///< for a person, in lines: which recipe is used where none was given
};

/// The recipe of a run, and its data. Where a recipe is chosen for data, it is saved as
/// <run directory>.toml; once that file exists, perhaps edited, it is used in place of a new
/// choice. Without a source, weights that are asked for make it a choice for Fashion-MNIST. Throws
/// as recipe::load() and open_data() do, Error{Code::usage} where the recipe chosen before is for
/// other data, or starts from other weights than are asked for, and Error{Code::io} when the choice
/// can't be saved.
ChosenRecipe choose_recipe(const RunRequest& request);

/// The text of a new recipe for data, with every key explained: the starter recipe for
/// "fashion-mnist" without weights, otherwise the one that choose_recipe() chooses. Throws
/// Error{Code::data} where the source does not exist, and as data::open() does.
/// @param name  of the run; "": that of the source
std::string new_recipe(const std::string& source, const StartingWeights& weights = {},
                       const std::string& name = {});

}  // namespace temper::train
