#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "temper/data/tools/check.h"
#include "temper/recipe/starter.h"
#include "temper/train/request.h"

namespace temper::train {

/// The check of a data set, and what it means for training on it.
struct DataCheck {
  data::Check check;
  /// Without a recipe: the one that choose_recipe() chooses; none where no image can be read, and
  /// for Fashion-MNIST without weights, which has the default recipe.
  std::optional<recipe::Choice> choice = {};
  /// Where the augmentation of the recipe, given, chosen or the default one, will harm, and why it
  /// can't be trained at all, if so.
  std::vector<std::string> warnings = {};
};

/// @param source   as data.source, or a recipe (.toml), whose data is checked
/// @param sets     edits of that recipe
/// @param weights  with which a recipe is chosen; a given one starts from those that are asked for
/// Problems of the data are part of the result. Throws as recipe::load() does, and as open_data()
/// does for a recipe with several sources.
DataCheck check_data(const std::string& source, const std::vector<std::string>& sets,
                     const data::CheckOptions& options, const StartingWeights& weights = {});

/// In lines.
std::string to_text(const DataCheck& checked);
nlohmann::ordered_json to_json(const DataCheck& checked);

}  // namespace temper::train
