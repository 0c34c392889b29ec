#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "temper/augment/pipeline/applier.h"
#include "temper/io/image/image.h"

/// What `temper replay` has left in a run directory.
namespace temper::report {

struct ReplayedPicture {
  io::Image image;     ///< as the network saw it
  std::string where;   ///< its file, or the set and the index
  std::string target;  ///< its class or values
  double loss = 0;
  std::vector<augment::Trace> augment;  ///< without Trace::after
};

struct ReplayedStep {
  std::int64_t step = 0;
  std::int64_t epoch = 0;
  double loss = 0;
  std::int64_t images = 0;                ///< of the batch
  std::vector<ReplayedPicture> pictures;  ///< those of the highest loss, in descending order
};

/// The last replayed steps of a run, in order.
std::vector<std::filesystem::path> replay_folders(const std::filesystem::path& run);

/// Throws Error: io and data, where samples.json or batch.png can't be read.
ReplayedStep read_replayed(const std::filesystem::path& folder);

}  // namespace temper::report
