#pragma once
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "temper/augment/pixels/box.h"
#include "temper/data/sources/file_options.h"
#include "temper/data/sources/source.h"

namespace temper::data {

/// Opens the sets of one task one after another, so that they share the memory budget for decoded
/// images, and finds the size that all of their images have.
class DatasetBuilder {
 public:
  explicit DatasetBuilder(const FileOptions& options) : rest_(options) {}

  /// Opens a set, such as a FileSource, with the remaining memory budget.
  template <class S, class... Arguments>
  std::shared_ptr<const S> open(Arguments&&... arguments) {
    auto source = std::make_shared<const S>(std::forward<Arguments>(arguments)..., rest_);
    rest_.memory -= source->bytes_in_memory();
    rest_.sized_bytes -= source->decoded_bytes();
    sizes_.push_back(source->common_size());
    return source;
  }

  /// Sets the size that all sets have in common, and the usual normalization of photographs.
  void finish(Dataset& dataset) const;

 private:
  FileOptions rest_;
  std::vector<std::optional<augment::Size>> sizes_;
};

}  // namespace temper::data
