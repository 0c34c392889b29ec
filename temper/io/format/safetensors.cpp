#include "temper/io/format/safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/disk/atomic_file.h"
#include "temper/io/disk/map_file.h"

namespace temper::io {
namespace {

using nlohmann::json;

constexpr std::size_t prefix_bytes = 8;
constexpr std::uint64_t max_header_bytes = 100'000'000;  // the format's own limit
constexpr std::size_t max_dimensions = 64;
constexpr std::string_view metadata_key = "__metadata__";

std::string text_of(std::span<const std::int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::string in_quotes(std::string_view text) {
  return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

/// @param tensors  that check_heads() has accepted
std::string header_of(std::span<const TensorHead> tensors, const Metadata& metadata) {
  std::vector<std::string> entries;
  if (!metadata.empty())
    entries.push_back(
        fmt::format("{}:{}", in_quotes(metadata_key),
                    json(metadata).dump(-1, ' ', false, json::error_handler_t::replace)));
  std::uint64_t offset = 0;
  for (const TensorHead& tensor : tensors) {
    const std::uint64_t end = offset + size_of(tensor.dtype, tensor.shape).value_or(0);
    entries.push_back(fmt::format(R"({}:{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})",
                                  in_quotes(tensor.name), name_of(tensor.dtype),
                                  json(tensor.shape).dump(), offset, end));
    offset = end;
  }
  std::string header = fmt::format("{{{}}}", fmt::join(entries, ","));
  header.append((prefix_bytes - header.size() % prefix_bytes) % prefix_bytes, ' ');
  return header;
}

void check_heads(const std::filesystem::path& path, std::span<const TensorHead> tensors) {
  std::set<std::string_view> names;
  for (const TensorHead& tensor : tensors)
    if (tensor.name == metadata_key || !names.insert(tensor.name).second)
      throw Error(Code::internal, {.file = path.string()},
                  fmt::format("two tensors, or a tensor and the metadata, have the name {}.",
                              in_quotes(tensor.name)));
}

void check_bytes(const std::filesystem::path& path, const TensorHead& tensor,
                 std::span<const std::byte> bytes) {
  if (size_of(tensor.dtype, tensor.shape) == bytes.size()) return;
  throw Error(Code::internal, {.file = path.string()},
              fmt::format("tensor {} of type {} and shape {} has {} bytes.", in_quotes(tensor.name),
                          name_of(tensor.dtype), text_of(tensor.shape), bytes.size()));
}

/// Converts the header to views, and checks the requirements of the format.
class HeaderParser {
 public:
  HeaderParser(const std::string& file, std::span<const std::byte> bytes) : file_(file) {
    if (bytes.size() < prefix_bytes)
      fail(fmt::format("expected at least {} bytes, found {}. The file is cut short.", prefix_bytes,
                       bytes.size()));
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < prefix_bytes; ++i)
      length |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
    if (length > max_header_bytes)
      fail(
          fmt::format("the first 8 bytes give a header size of {} bytes; at most {} are allowed. "
                      "This is not a safetensors file.",
                      length, max_header_bytes));
    if (length > bytes.size() - prefix_bytes)
      fail(fmt::format("the header should have {} bytes, found {}. The file is cut short.", length,
                       bytes.size() - prefix_bytes));
    header_ = bytes.subspan(prefix_bytes, static_cast<std::size_t>(length));
    data_ = bytes.subspan(prefix_bytes + header_.size());
  }

  void parse(std::vector<TensorView>& tensors, Metadata& metadata) {
    const json root = parse_json();
    if (!root.is_object()) fail("the header is not a JSON object.");
    for (const auto& [key, value] : root.items()) {
      if (key == metadata_key)
        read_metadata(value, metadata);
      else
        entries_.push_back(read_entry(key, value));
    }
    check_contiguous();
    for (Entry& entry : entries_) tensors.push_back(std::move(entry.view));
  }

 private:
  struct Entry {
    std::uint64_t begin;
    std::uint64_t end;
    TensorView view;
  };

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Code::data, {.file = file_}, what);
  }
  [[noreturn]] void fail(const std::string& tensor, const std::string& what) const {
    fail(fmt::format("tensor {}: {}", in_quotes(tensor), what));
  }

  [[nodiscard]] json parse_json() const {
    if (header_.empty() || header_[0] != std::byte{'{'})
      fail("the header does not begin with '{'.");
    // A JSON library keeps the last of two equal keys; here duplicates are refused. Depth and
    // length are limited while parsing: a value takes sixteen times the memory of its text.
    std::array<std::set<std::string>, 4> keys;
    std::size_t elements = 0;
    const auto check = [&](int depth, json::parse_event_t event, const json& parsed) {
      using enum json::parse_event_t;
      if (event == object_start || event == array_start) {
        if (depth > 2) fail("the header is nested too deeply.");
        keys[static_cast<std::size_t>(depth) + 1].clear();
        elements = 0;
      } else if (event == key) {
        const auto& name = parsed.get_ref<const std::string&>();
        if (!keys[static_cast<std::size_t>(depth)].insert(name).second)
          fail(fmt::format("the header has the key {} twice.", in_quotes(name)));
        elements = 0;
      } else if (event == value && ++elements > max_dimensions) {
        fail(fmt::format("the header has a list of more than {} numbers.", max_dimensions));
      }
      return true;
    };
    try {
      const auto* const text = reinterpret_cast<const char*>(header_.data());
      return json::parse(text, text + header_.size(), check);
    } catch (const json::exception& problem) {
      fail(fmt::format("the header is not JSON: {}.", problem.what()));
    }
  }

  void read_metadata(const json& value, Metadata& metadata) const {
    if (!value.is_object()) fail("__metadata__ is not an object of strings.");
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string())
        fail(fmt::format("__metadata__ entry {} is not a string.", in_quotes(key)));
      metadata.emplace(key, text.get<std::string>());
    }
  }

  [[nodiscard]] Entry read_entry(const std::string& name, const json& value) const {
    for (const char* const key : {"dtype", "shape", "data_offsets"})
      if (!value.is_object() || !value.contains(key))
        fail(name, fmt::format("its header entry has no {}.", key));
    const auto offsets = read_numbers(name, value["data_offsets"], "data_offsets");
    if (offsets.size() != 2 || offsets[0] > offsets[1])
      fail(name, "data_offsets is not a pair of a begin and an end that is not before it.");
    Entry entry{.begin = static_cast<std::uint64_t>(offsets[0]),
                .end = static_cast<std::uint64_t>(offsets[1]),
                .view = {.name = name,
                         .dtype = read_dtype(name, value["dtype"]),
                         .shape = read_numbers(name, value["shape"], "shape"),
                         .bytes = {}}};
    if (entry.end > data_.size())
      fail(name,
           fmt::format("its bytes end at {}, but only {} follow the header. The file is cut short.",
                       entry.end, data_.size()));
    const auto expected = size_of(entry.view.dtype, entry.view.shape);
    if (expected != entry.end - entry.begin)
      fail(name, fmt::format("type {} and shape {} need {} bytes, found {}.",
                             name_of(entry.view.dtype), text_of(entry.view.shape),
                             expected ? std::to_string(*expected) : "more than 2^64",
                             entry.end - entry.begin));
    entry.view.bytes = data_.subspan(static_cast<std::size_t>(entry.begin),
                                     static_cast<std::size_t>(entry.end - entry.begin));
    return entry;
  }

  [[nodiscard]] Dtype read_dtype(const std::string& name, const json& value) const {
    const auto& names = EnumNames<Dtype>::value;
    const auto* const found = value.is_string()
                                  ? std::find(names.begin(), names.end(), value.get<std::string>())
                                  : names.end();
    if (found == names.end())
      fail(name, fmt::format("type {}; temper reads {}.",
                             value.dump(-1, ' ', false, json::error_handler_t::replace),
                             fmt::join(names, ", ")));
    return static_cast<Dtype>(found - names.begin());
  }

  [[nodiscard]] std::vector<std::int64_t> read_numbers(const std::string& name, const json& value,
                                                       std::string_view key) const {
    std::vector<std::int64_t> numbers;
    for (const json& number : value.is_array() ? value : json::array({nullptr})) {
      if (!number.is_number_unsigned() || number.get<std::uint64_t>() > INT64_MAX)
        fail(name, fmt::format("{} is not a list of non-negative integers.", key));
      numbers.push_back(number.get<std::int64_t>());
    }
    return numbers;
  }

  /// Bytes that belong to no tensor, or to two, could hide other data.
  void check_contiguous() {
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      return std::tie(a.begin, a.end, a.view.name) < std::tie(b.begin, b.end, b.view.name);
    });
    std::uint64_t end = 0;
    for (const Entry& entry : entries_) {
      if (entry.begin != end)
        fail(entry.view.name,
             fmt::format("its bytes begin at {}, expected {}, the end of the tensor before it.",
                         entry.begin, end));
      end = entry.end;
    }
    if (end != data_.size())
      fail(fmt::format("the tensors take {} bytes, but {} follow the header.", end, data_.size()));
  }

  const std::string& file_;
  std::span<const std::byte> header_;
  std::span<const std::byte> data_;
  std::vector<Entry> entries_;
};

}  // namespace

std::size_t size_of(Dtype dtype) {
  constexpr std::array<std::size_t, EnumNames<Dtype>::value.size()> sizes{8, 4, 2, 2, 8,
                                                                          4, 2, 1, 1, 1};
  return sizes[static_cast<std::size_t>(dtype)];
}

std::optional<std::uint64_t> size_of(Dtype dtype, std::span<const std::int64_t> shape) {
  std::uint64_t bytes = size_of(dtype);
  bool empty = false;
  for (const std::int64_t dimension : shape) {
    if (dimension < 0) return {};
    if (dimension == 0) empty = true;
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(dimension), &bytes)) return {};
  }
  return empty ? 0 : bytes;
}

void write_safetensors(const std::filesystem::path& path, std::span<const TensorHead> tensors,
                       const std::function<void(const TensorSink& write)>& produce,
                       const Metadata& metadata) {
  check_heads(path, tensors);
  const std::string header = header_of(tensors, metadata);
  std::string prefix;
  for (std::size_t i = 0; i < prefix_bytes; ++i)
    prefix.push_back(static_cast<char>((header.size() >> (8 * i)) & 0xFFU));
  write_atomically(path, [&](AtomicFile& file) {
    file.write(prefix + header);
    std::size_t next = 0;
    produce([&](std::span<const std::byte> bytes) {
      if (next < tensors.size()) check_bytes(path, tensors[next], bytes);
      if (++next <= tensors.size()) file.write(bytes);
    });
    if (next != tensors.size())
      throw Error(Code::internal, {.file = path.string()},
                  fmt::format("{} tensors were written, of {}.", next, tensors.size()));
  });
}

void write_safetensors(const std::filesystem::path& path, std::span<const TensorView> tensors,
                       const Metadata& metadata) {
  std::vector<TensorHead> heads;
  for (const TensorView& tensor : tensors) {
    heads.push_back({.name = tensor.name, .dtype = tensor.dtype, .shape = tensor.shape});
    check_bytes(path, heads.back(), tensor.bytes);
  }
  write_safetensors(
      path, heads,
      [&](const TensorSink& write) {
        for (const TensorView& tensor : tensors) write(tensor.bytes);
      },
      metadata);
}

Safetensors::Safetensors(const std::filesystem::path& path) : name_(path.string()) {
  auto [mapping, size] = map_file(path);
  mapping_ = std::move(mapping);  // NOLINT(cppcoreguidelines-prefer-member-initializer)
  parse({mapping_.get(), size});
}

Safetensors::Safetensors(std::span<const std::byte> bytes, std::string name)
    : name_(std::move(name)) {
  parse(bytes);
}

void Safetensors::parse(std::span<const std::byte> bytes) {
  HeaderParser(name_, bytes).parse(tensors_, metadata_);
  for (std::size_t i = 0; i < tensors_.size(); ++i) index_.emplace(tensors_[i].name, i);
}

const TensorView* Safetensors::find(std::string_view name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &tensors_[found->second];
}

const TensorView& Safetensors::at(std::string_view name) const {
  if (const TensorView* tensor = find(name)) return *tensor;
  throw Error(
      Code::data, {.file = name_},
      fmt::format("there is no tensor {} among its {} tensors.", in_quotes(name), tensors_.size()));
}

}  // namespace temper::io
