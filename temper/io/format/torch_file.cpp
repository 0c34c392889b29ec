#include "temper/io/format/torch_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "temper/core/error.h"
#include "temper/core/printable.h"
#include "temper/io/disk/map_file.h"
#include "temper/io/format/pickle.h"
#include "temper/io/format/strided.h"
#include "temper/io/format/torch_archive.h"

namespace temper::io {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMostTensors = 100'000;  // far above any network's
constexpr std::size_t kMostDimensions = 64;
constexpr std::size_t kMostWrappers = 8;    // calls around that of a tensor
constexpr std::size_t kMostKeysShown = 10;  // in a message
constexpr std::size_t kLongestShown = 200;

/// Where checkpoints have their state dict, in the order of timm's load_state_dict().
constexpr std::array<std::string_view, 4> kKeys{"state_dict_ema", "model_ema", "state_dict",
                                                "model"};
/// What wrappers of a network put before its names, in the order of timm's clean_state_dict().
constexpr std::array<std::string_view, 3> kWrappers{"_orig_mod.", "module.", "_orig_mod."};
/// What torch.optim.swa_utils.AveragedModel, of which torchvision's averages are, has beside the
/// tensors of the network that it wraps: the number of its updates.
constexpr std::string_view kAverageCounter = "n_averaged";
constexpr std::string_view kAverageWrapper = "module.";

constexpr std::string_view kOrderedDict = "collections.OrderedDict";
constexpr std::string_view kSize = "torch.Size";
constexpr std::string_view kTensor = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view kParameter = "torch._utils._rebuild_parameter";
constexpr std::string_view kParameterWithState = "torch._utils._rebuild_parameter_with_state";
constexpr std::string_view kFromType = "torch._tensor._rebuild_from_type_v2";
/// What the names of PyTorch's functions for sparse, quantized and other tensors begin with.
constexpr std::string_view kOtherTensors = "torch._utils._rebuild_";
constexpr std::array<std::string_view, 3> kPlainTypes{
    "torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer"};

struct StorageType {
  std::string_view name;
  Dtype dtype;
};
constexpr std::array<StorageType, 10> kStorageTypes{{{"DoubleStorage", Dtype::f64},
                                                     {"FloatStorage", Dtype::f32},
                                                     {"HalfStorage", Dtype::f16},
                                                     {"BFloat16Storage", Dtype::bf16},
                                                     {"LongStorage", Dtype::i64},
                                                     {"IntStorage", Dtype::i32},
                                                     {"ShortStorage", Dtype::i16},
                                                     {"CharStorage", Dtype::i8},
                                                     {"ByteStorage", Dtype::u8},
                                                     {"BoolStorage", Dtype::boolean}}};

struct Storage {
  Dtype dtype;
  std::int64_t elements;
  std::span<const std::byte> bytes;
};

/// Finds the state dict among the values of the pickle, and reads its tensors.
class StateDict {
 public:
  StateDict(TorchArchive& archive, const std::string& file)
      : archive_(archive), file_(file), pickle_(read_pickle(archive.pickle(), file)) {}

  /// @param key  the entry to read; "": is set to the one that was found
  std::vector<TensorView> read(std::string& key) {
    const auto& entries = choose(key);
    const bool wrapped = is_wrapped(entries);
    std::vector<TensorView> tensors;
    std::set<std::string> names;
    for (std::size_t i = 0; i < entries.size(); i += 2) {
      if (!is_tensor(entries[i + 1], entries[i])) continue;
      if (wrapped && text_at(entries[i]) == kAverageCounter) continue;
      const std::string name = read_name(entries[i]);
      if (!names.insert(name).second) refuse(name, "the name occurs twice. Save the file again.");
      if (names.size() > kMostTensors)
        refuse(fmt::format("more than {} tensors, as no network has.", kMostTensors));
      tensors.push_back(read_tensor(name, entries[i + 1]));
    }
    if (tensors.empty())
      refuse(fmt::format("{} has no tensors{}. Name the entry that is the state dict.",
                         key.empty() ? "the dict" : fmt::format("entry \"{}\"", key),
                         entries_text(entries)));
    return tensors;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(Code::data, {.file = file_}, what);
  }
  [[noreturn]] void refuse(std::string_view tensor, std::string_view what) const {
    refuse(fmt::format("tensor \"{}\": {}", tensor.substr(0, kLongestShown), what));
  }

  [[nodiscard]] const PickleValue& at(PickleId id) const { return pickle_.at(id); }

  // The values of Python.

  /// The keys and values of a dict; null for other values.
  [[nodiscard]] const std::vector<PickleId>* entries_of(PickleId id) const {
    const PickleValue& value = at(id);
    const bool ordered = value.kind == Kind::call &&
                         pickle_.name_of(value.callable) == kOrderedDict &&
                         at(value.arguments).items.empty();
    return ordered || value.kind == Kind::dict ? &value.items : nullptr;
  }

  [[nodiscard]] std::optional<PickleId> find(const std::vector<PickleId>& entries,
                                             std::string_view key) const {
    std::optional<PickleId> found;
    for (std::size_t i = 0; i < entries.size(); i += 2) {
      if (at(entries[i]).kind != Kind::text || at(entries[i]).text != key) continue;
      if (found) refuse(fmt::format("the entry \"{}\" occurs twice.", key));
      found = entries[i + 1];
    }
    return found;
  }

  /// The name of what Python would call first to make a value.
  [[nodiscard]] std::string called(PickleId id) const {
    while (at(id).kind == Kind::call) id = at(id).callable;
    const std::string name = pickle_.name_of(id);
    return name.empty() ? "what is not a function" : name;
  }

  [[nodiscard]] std::string text_of(PickleId id) const {
    if (entries_of(id) != nullptr) return "a dict";
    switch (at(id).kind) {
      case Kind::none:
        return "None";
      case Kind::boolean:
      case Kind::integer:
        return "a number";
      case Kind::text:
        return "a text";
      case Kind::other:
        return "a number or bytes";
      case Kind::tuple:
        return "a tuple";
      case Kind::list:
        return "a list";
      case Kind::dict:
        return "a dict";
      case Kind::global:
        return fmt::format("the name {}", pickle_.name_of(id));
      case Kind::persistent:
        return "a storage";
      case Kind::call:
        break;
    }
    return fmt::format("an object of {}", called(id));
  }

  /// ": it has a, b, c", of the keys that are text.
  [[nodiscard]] std::string entries_text(const std::vector<PickleId>& entries) const {
    std::vector<std::string_view> keys;
    for (std::size_t i = 0; i < entries.size() && keys.size() <= kMostKeysShown; i += 2)
      if (at(entries[i]).kind == Kind::text)
        keys.push_back(at(entries[i]).text.substr(0, kLongestShown));
    if (keys.empty()) return "";
    const bool more = keys.size() > kMostKeysShown;
    if (more) keys.pop_back();
    return fmt::format(": it has {}{}", fmt::join(keys, ", "), more ? ", ..." : "");
  }

  // Which entry is the state dict.

  [[nodiscard]] const std::vector<PickleId>& choose(std::string& key) const {
    const auto* const root = entries_of(pickle_.root);
    if (root == nullptr)
      refuse(
          fmt::format("holds {}, expected a dict of tensors. Save the weights with "
                      "torch.save(model.state_dict(), PATH).",
                      text_of(pickle_.root)));
    std::optional<PickleId> chosen;
    if (!key.empty()) {
      chosen = find(*root, key);
      if (!chosen) refuse(fmt::format("no entry \"{}\"{}.", key, entries_text(*root)));
    }
    for (const std::string_view usual : kKeys) {
      if (chosen) break;
      const auto found = find(*root, usual);
      // None where there is no average; a tensor in the state dict of a network with such a name.
      if (!found || at(*found).kind == Kind::none || makes_tensor(*found)) continue;
      chosen = found;
      key = usual;
    }
    if (!chosen) return *root;
    if (const auto* const entries = entries_of(*chosen)) return *entries;
    refuse(
        fmt::format("entry \"{}\" is {}, expected a dict of tensors. Save the weights with "
                    "torch.save(model.state_dict(), PATH).",
                    key, text_of(*chosen)));
  }

  // Tensors.

  /// A key that is a text; "" for others.
  [[nodiscard]] std::string_view text_at(PickleId id) const {
    return at(id).kind == Kind::text ? at(id).text : std::string_view();
  }

  /// Whether the names of tensors begin with "module.".
  [[nodiscard]] bool is_wrapped(const std::vector<PickleId>& entries) const {
    for (std::size_t i = 0; i < entries.size(); i += 2)
      if (text_at(entries[i]).starts_with(kAverageWrapper)) return true;
    return false;
  }

  [[nodiscard]] bool makes_tensor(PickleId id) const {
    if (at(id).kind != Kind::call) return false;
    const std::string name = pickle_.name_of(at(id).callable);
    return name == kTensor || name == kParameter || name == kParameterWithState ||
           name == kFromType;
  }

  /// Whether an entry of the state dict is a tensor and not a plain value.
  [[nodiscard]] bool is_tensor(PickleId id, PickleId name) const {
    if (at(id).kind != Kind::call || entries_of(id) != nullptr ||
        pickle_.name_of(at(id).callable) == kSize)
      return false;
    if (!makes_tensor(id))
      refuse_call(at(name).kind == Kind::text ? at(name).text : text_of(name), called(id));
    return true;
  }

  [[noreturn]] void refuse_call(std::string_view tensor, std::string_view callee) const {
    if (callee.starts_with(kOtherTensors))
      refuse(tensor, fmt::format("it is made by {}, expected a dense tensor of type {}.", callee,
                                 fmt::join(EnumNames<Dtype>::value, ", ")));
    refuse(tensor,
           fmt::format("reading it would run {}; temper never executes code of a file. Save "
                       "plain tensors with PyTorch: torch.save(model.state_dict(), PATH).",
                       callee));
  }

  [[nodiscard]] const std::vector<PickleId>& arguments(std::string_view tensor, PickleId tuple,
                                                       std::size_t least) const {
    const PickleValue& value = at(tuple);
    if (value.kind != Kind::tuple || value.items.size() < least)
      refuse(tensor, "it is not described as PyTorch does. Save the file again.");
    return value.items;
  }

  /// The arguments of the call of _rebuild_tensor_v2 within those that wrap it.
  [[nodiscard]] const std::vector<PickleId>& unwrap(std::string_view tensor, PickleId id) const {
    PickleId callable = at(id).callable;
    PickleId tuple = at(id).arguments;
    for (std::size_t depth = 0; depth < kMostWrappers; ++depth) {
      const std::string name = pickle_.name_of(callable);
      if (name == kTensor) return arguments(tensor, tuple, 6);
      if (name == kParameter || name == kParameterWithState) {
        id = arguments(tensor, tuple, 1)[0];
        if (at(id).kind != Kind::call)
          refuse(tensor, fmt::format("a parameter of {}, expected a tensor.", text_of(id)));
        callable = at(id).callable;
        tuple = at(id).arguments;
      } else if (name == kFromType) {
        const auto& parts = arguments(tensor, tuple, 3);
        const std::string type = pickle_.name_of(parts[1]);
        if (std::find(kPlainTypes.begin(), kPlainTypes.end(), type) == kPlainTypes.end())
          refuse_call(tensor, called(parts[1]));
        callable = parts[0];
        tuple = parts[2];
      } else {
        refuse_call(tensor, called(callable));
      }
    }
    refuse(tensor, fmt::format("it is wrapped more than {} times.", kMostWrappers));
  }

  [[nodiscard]] std::string read_name(PickleId id) const {
    if (at(id).kind != Kind::text)
      refuse(fmt::format("a tensor whose name is {}, expected a text.", text_of(id)));
    std::string_view name = at(id).text;
    if (!is_utf8(name)) refuse(name, "its name is not UTF-8.");
    for (const std::string_view wrapper : kWrappers)
      if (name.starts_with(wrapper)) name.remove_prefix(wrapper.size());
    return std::string(name);
  }

  TensorView read_tensor(const std::string& name, PickleId id) {
    const auto& parts = unwrap(name, id);
    const Storage storage = read_storage(name, parts[0]);
    Strided layout{.offset = read_number(name, parts[1]),
                   .shape = read_numbers(name, parts[2]),
                   .strides = read_numbers(name, parts[3])};
    if (layout.shape.size() != layout.strides.size())
      refuse(name,
             fmt::format("{} sizes but {} strides.", layout.shape.size(), layout.strides.size()));
    if (parts.size() > 6 && at(parts[6]).kind != Kind::none && !at(parts[6]).items.empty())
      refuse(name,
             "it is stored as the negative or conjugate of its values. Save it with "
             "tensor.resolve_neg().");
    const auto end = end_of(layout);
    const auto size = size_of(storage.dtype, layout.shape);
    if (!end || !size || *end > storage.elements)
      refuse(name,
             fmt::format("offset {}, shape [{}] and strides [{}] reach beyond the {} elements "
                         "of its storage. Download or save the file again.",
                         layout.offset, fmt::join(layout.shape, ", "),
                         fmt::join(layout.strides, ", "), storage.elements));
    return {.name = name,
            .dtype = storage.dtype,
            .shape = layout.shape,
            .bytes = lay_out(layout, storage, *size)};
  }

  std::span<const std::byte> lay_out(const Strided& layout, const Storage& storage,
                                     std::uint64_t size) {
    if (size == 0) return {};
    const std::size_t element = size_of(storage.dtype);
    if (is_contiguous(layout))
      return storage.bytes.subspan(static_cast<std::size_t>(layout.offset) * element,
                                   static_cast<std::size_t>(size));
    const auto into = archive_.allocate(size);
    gather(layout, storage.bytes, element, into);
    return into;
  }

  Storage read_storage(std::string_view tensor, PickleId id) {
    if (at(id).kind != Kind::persistent) refuse(tensor, "it has no storage. Save the file again.");
    const auto& parts = arguments(tensor, at(id).arguments, 5);
    const PickleValue& key = at(parts[2]);
    if (at(parts[0]).text != "storage" || key.kind != Kind::text)
      refuse(tensor, "its storage is not described as PyTorch does. Save the file again.");
    Storage storage{.dtype = read_type(tensor, parts[1]),
                    .elements = read_number(tensor, parts[4]),
                    .bytes = archive_.storage(key.text)};
    const auto expected = size_of(storage.dtype, std::span(&storage.elements, 1));
    if (expected != storage.bytes.size())
      refuse(tensor, fmt::format("its storage of {} elements of type {} has {} bytes. Download or "
                                 "save the file again.",
                                 storage.elements, name_of(storage.dtype), storage.bytes.size()));
    return storage;
  }

  [[nodiscard]] Dtype read_type(std::string_view tensor, PickleId id) const {
    const PickleValue& type = at(id);
    if (type.kind == Kind::global && (type.text == "torch" || type.text == "torch.cuda"))
      for (const StorageType& known : kStorageTypes)
        if (known.name == type.name) return known.dtype;
    refuse(tensor, fmt::format("its storage is {}; temper reads those of {}.", text_of(id),
                               fmt::join(EnumNames<Dtype>::value, ", ")));
  }

  [[nodiscard]] std::int64_t read_number(std::string_view tensor, PickleId id) const {
    if (at(id).kind != Kind::integer || at(id).integer < 0)
      refuse(tensor, "a size, stride or offset is not a non-negative integer of 64 bits.");
    return at(id).integer;
  }

  [[nodiscard]] std::vector<std::int64_t> read_numbers(std::string_view tensor, PickleId id) const {
    const auto& items = arguments(tensor, id, 0);
    if (items.size() > kMostDimensions)
      refuse(tensor,
             fmt::format("{} dimensions; up to {} are read.", items.size(), kMostDimensions));
    std::vector<std::int64_t> numbers;
    for (const PickleId item : items) numbers.push_back(read_number(tensor, item));
    return numbers;
  }

  TorchArchive& archive_;
  const std::string& file_;
  Pickle pickle_;
};

}  // namespace

TorchFile::TorchFile(const std::filesystem::path& path, std::string_view key)
    : name_(path.string()), key_(key) {
  auto [mapping, size] = map_file(path);
  mapping_ = std::move(mapping);  // NOLINT(cppcoreguidelines-prefer-member-initializer)
  parse({mapping_.get(), size});
}

TorchFile::TorchFile(std::span<const std::byte> bytes, std::string name, std::string_view key)
    : name_(std::move(name)), key_(key) {
  parse(bytes);
}

void TorchFile::parse(std::span<const std::byte> bytes) {
  TorchArchive archive(bytes, name_);
  tensors_ = StateDict(archive, name_).read(key_);
  copies_ = std::make_shared<const std::vector<std::vector<std::byte>>>(archive.take_copies());
  for (std::size_t i = 0; i < tensors_.size(); ++i) index_.emplace(tensors_[i].name, i);
}

const TensorView* TorchFile::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &tensors_[found->second];
}

}  // namespace temper::io
