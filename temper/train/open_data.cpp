#include "temper/train/open_data.h"

#include <vector>

#include "temper/data/concat_source.h"
#include "temper/data/open.h"

namespace temper::train {

data::FileOptions file_options(const recipe::Recipe& recipe) {
  const auto& data = recipe.data;
  data::FileOptions options;
  options.memory = data.memory << 20;
  options.decode = data.decode;
  options.exif_orientation = data.exif_orientation;
  options.read_timeout = data.read_timeout;
  options.keep_bad = data.on_bad_image == recipe::OnBadImage::skip;
  return options;
}

data::Dataset open_data(const recipe::Recipe& recipe) {
  const auto options = file_options(recipe);
  if (recipe.data.sources.empty()) return data::open(recipe.data.source, options);
  std::vector<data::WeightedPath> sources;
  for (const auto& [source, weight] : recipe.data.sources) sources.push_back({source, weight});
  return data::open_several(sources, options);
}

std::string data_name(const recipe::Recipe& recipe) {
  if (recipe.data.sources.empty()) return recipe.data.source;
  std::string name;
  for (const auto& one : recipe.data.sources) name += (name.empty() ? "" : " + ") + one.source;
  return name;
}

}  // namespace temper::train
