#include "temper/data/sources/dataset_builder.h"

#include <algorithm>

#include "temper/augment/pixels/normalisation.h"

namespace temper::data {

void DatasetBuilder::finish(Dataset& dataset) const {
  const bool same = !sizes_.empty() && sizes_.front() &&
                    std::count(sizes_.begin(), sizes_.end(), sizes_.front()) == std::ssize(sizes_);
  dataset.height = same ? static_cast<int>(sizes_.front()->height) : 0;
  dataset.width = same ? static_cast<int>(sizes_.front()->width) : 0;
  dataset.normalisation = augment::imagenet_normalisation(rest_.channels);
}

}  // namespace temper::data
