#pragma once
#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "temper/io/format/safetensors.h"

namespace temper::io {

/// The state dict in a file that torch.save wrote in PyTorch 1.6 or later: a zip archive with a
/// pickle of names and shapes and one member for each storage. Nothing of the file is executed. The
/// file is mapped into memory; only tensors that are not contiguous, or compressed, are copied.
///
/// A checkpoint with other entries is searched for the state dict as timm's load_state_dict() does:
/// under state_dict_ema, model_ema, state_dict, model, in this order, or else the whole file is
/// taken for one. The prefixes of wrappers, "_orig_mod." (torch.compile) and "module."
/// (DataParallel, AveragedModel), are removed from the names. Entries of the state dict that are
/// plain Python values (numbers, text, lists, dicts) are left out, and so is the counter
/// "n_averaged" that AveragedModel has beside names with "module."; all else of the file is
/// ignored.
///
/// Throws Error{Code::data} with the file, what was found and what was expected:
/// - for files of PyTorch before 1.6 and TorchScript archives, with the line that converts them
/// - for entries of the state dict that Python would make by calling anything but PyTorch's own
///   functions for dense tensors, with the name of what it would call
/// - for tensors of other types than Dtype's, tensors outside of their storage, names that occur
///   twice, and files that are damaged, or would take many times their size in memory
class TorchFile {
 public:
  /// @param key  the entry of the checkpoint that is the state dict; "": as above
  explicit TorchFile(const std::filesystem::path& path, std::string_view key = {});
  /// The same for bytes in memory, which must outlive the object; `name` is used in messages.
  TorchFile(std::span<const std::byte> bytes, std::string name, std::string_view key = {});

  /// In the order of the state dict; tensors that share a storage share their bytes.
  [[nodiscard]] const std::vector<TensorView>& tensors() const { return tensors_; }
  /// Null if there is no tensor of that name.
  [[nodiscard]] const TensorView* find(std::string_view name) const;
  /// The entry that is the state dict; "" if it is the whole file.
  [[nodiscard]] const std::string& key() const { return key_; }

 private:
  void parse(std::span<const std::byte> bytes);

  std::string name_;
  std::string key_;
  std::shared_ptr<const std::byte> mapping_;
  std::shared_ptr<const std::vector<std::vector<std::byte>>> copies_;
  std::vector<TensorView> tensors_;
  std::map<std::string, std::size_t, std::less<>> index_;
};

}  // namespace temper::io
