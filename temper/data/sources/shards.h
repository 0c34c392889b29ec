#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "temper/data/sources/cached_source.h"
#include "temper/data/sources/file_options.h"
#include "temper/data/sources/source.h"
#include "temper/io/disk/read_file.h"

namespace temper::data {

/// Images in shards (see io/format/shard.h), read in place from the archives. A set that fits into
/// `memory` is decoded when it is opened, like that of a FileSource.
class ShardSource final : public CachedSource {
 public:
  struct Sample {
    std::string name;  ///< in the archive
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::int32_t shard = 0;   ///< index in `shards`
    std::int32_t label = -1;  ///< in [-1, classes)
  };

  /// Throws Error for a sample that can't be read (Code::io) or decoded (Code::data), which it
  /// names.
  ShardSource(std::vector<std::filesystem::path> shards, std::vector<Sample> samples,
              std::vector<std::string> classes, const FileOptions& options = {});

  [[nodiscard]] std::int64_t size() const override;
  [[nodiscard]] std::int64_t label(std::int64_t i) const override;
  /// "train-000000.tar/000123.jpg", with the shard's full path.
  [[nodiscard]] std::string where(std::int64_t i) const override;
  [[nodiscard]] std::string name(std::int64_t i) const override;
  /// Hash of the samples' names, labels and sizes in bytes.
  [[nodiscard]] std::string digest() const override;

 private:
  void load(std::int64_t i, io::Picture& into) const override;

  std::vector<std::filesystem::path> shards_;
  std::vector<io::FileStamp> stamps_;  ///< one per shard
  std::vector<Sample> samples_;
};

/// Shards written by pack() or by other programs:
///
///   folder/train/*.tar, folder/val/*.tar, folder/test/*.tar    names of sets as for folder()
///   folder/*.tar                                               training only
///   one.tar                                                    training only
///
/// Next to each shard is its index, which is created if it is missing (io/format/shard_index.h).
/// The folder's dataset.json, which pack() writes, contains the classes, channels and
/// normalization. If the samples have values, these are the regression targets, and there are no
/// classes. With neither, the classes are the labels of the training set, sorted numerically if all
/// are numbers, otherwise by their bytes.
///
/// Dataset::unread lists the pictures in the shards that belong to no sample, and what lies beside
/// the shards.
///
/// Throws Error{Code::data}: an invalid shard, missing shards, a label that the training set does
/// not have, no labels at all, fewer than two classes, values with other names, labels in a set
/// with values; Error{Code::io}.
Dataset shards(const std::filesystem::path& path, const FileOptions& options = {});

/// Whether a path is a shard by its name, or a folder that contains shards or sets of shards.
bool holds_shards(const std::filesystem::path& path);

}  // namespace temper::data
