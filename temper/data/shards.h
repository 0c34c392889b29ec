#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "temper/augment/box.h"
#include "temper/data/file_options.h"
#include "temper/data/resident.h"
#include "temper/data/source.h"
#include "temper/io/read_file.h"

namespace temper::data {

/// Pictures in shards (see io/shard.h), read where they lie in the archives. A set that fits into
/// `memory` is decoded at once, as FileSource does.
class ShardSource : public Source {
 public:
  struct Sample {
    std::string name;  ///< in the archive
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::int32_t shard = 0;   ///< place in `shards`
    std::int32_t label = -1;  ///< in [-1, classes)
  };

  /// Throws Error naming the sample that can't be read (Code::io) or decoded (Code::data).
  ShardSource(std::vector<std::filesystem::path> shards, std::vector<Sample> samples,
              std::vector<std::string> classes, const FileOptions& options = {});

  [[nodiscard]] std::int64_t size() const override;
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] std::int64_t label(std::int64_t i) const override;
  [[nodiscard]] int channels() const override { return options_.channels; }
  void read(std::int64_t i, io::Picture& into) const override;
  /// "train-000000.tar/000123.jpg", with the path before it.
  [[nodiscard]] std::string where(std::int64_t i) const override;
  /// Of the samples' names, labels and sizes in bytes.
  [[nodiscard]] std::string digest() const override;

  [[nodiscard]] std::int64_t bytes_in_memory() const { return resident_.bytes(); }
  [[nodiscard]] std::optional<augment::Size> common_size() const { return resident_.common_size(); }

 private:
  void load(std::int64_t i, io::Picture& into) const;

  std::vector<std::filesystem::path> shards_;
  std::vector<io::FileStamp> stamps_;  ///< one a shard
  std::vector<Sample> samples_;
  std::vector<std::string> classes_;
  FileOptions options_;
  Resident resident_;
};

/// Which training shards a process reads: those whose place among all, sorted by name, is rank,
/// rank + world, rank + 2 world, ...
struct Share {
  std::int64_t rank = 0;   ///< in [0, world)
  std::int64_t world = 1;  ///< processes
};

/// Shards, as pack() writes them or as they come from elsewhere:
///
///   folder/train/*.tar, folder/val/*.tar, folder/test/*.tar    sets as folder() spells them
///   folder/*.tar                                               training only
///   one.tar                                                    training only
///
/// Beside each shard stands its index, made where there is none (see io/shard.h). The folder's
/// dataset.json, which pack() writes, names the classes, channels and normalisation. Where samples
/// have values, these are what is learned, and there are no classes. Without either the classes
/// are the training set's labels, in the order of their numbers where all are numbers, else
/// of their bytes.
///
/// Validation and test sets are read whole by every process.
///
/// Throws Error{Code::data}: what is wrong with a shard, shards missing, a label that training does
/// not have, no labels at all, fewer than two classes, values of other names, labels among values;
/// Error{Code::usage} for more processes than training shards; Error{Code::io}.
Dataset shards(const std::filesystem::path& path, const FileOptions& options = {},
               const Share& share = {});

/// Whether a path is a shard by its name, or a folder of shards or of sets of shards.
bool holds_shards(const std::filesystem::path& path);

}  // namespace temper::data
