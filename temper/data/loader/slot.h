#pragma once
#include <cstdint>
#include <exception>
#include <vector>

#include "temper/augment/pipeline/pipeline.h"
#include "temper/data/loader/batch.h"

namespace temper::data {

/// A skipped image, and the number of images tried for its row so far.
struct SkipRecord {
  Skipped skipped;
  std::int64_t attempt = 0;
};

/// The memory of a batch of the loader, which is reused for one batch after another.
struct Slot {
  std::vector<augment::Pipeline> pipelines;  ///< of the current batch, one for each view
  Batch full = {};                           ///< all rows, of the largest size
  Batch delivered = {};                      ///< the current batch, a view of `full`
  std::vector<float*> views = {};
  std::int64_t* labels = nullptr;
  float* targets = nullptr;
  bool* labelled = nullptr;
  std::int64_t* ids = nullptr;
  std::int64_t* repeats = nullptr;

  std::vector<SkipRecord> skip_records = {};  ///< in the order in which they happened
  std::int64_t waiting = 0;                   ///< number of rows that are not finished
  std::int64_t failed = 0;                    ///< the first row that failed, if there is an error
  bool unusable = false;                      ///< there is an error and no row is prepared
  std::exception_ptr error = {};
};

/// Allocates a slot of `rows` images of the pipelines' sizes.
/// @param outputs  targets per row
Slot make_slot(const std::vector<augment::Pipeline>& pipelines, std::int64_t rows,
               std::int64_t outputs);

/// The first `rows` rows of a slot, of its pipelines' sizes, once they are prepared. The skipped
/// images are in an order that does not depend on the threads.
const Batch& deliver(Slot& slot, std::int64_t rows);

}  // namespace temper::data
