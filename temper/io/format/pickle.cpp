#include "temper/io/format/pickle.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "temper/core/error.h"
#include "temper/io/format/pickle_opcodes.h"

namespace temper::io {
namespace {

using Kind = PickleValue::Kind;
using Op = PickleOpcode;

constexpr std::uint64_t kOldestProtocol = 2;
constexpr std::uint64_t kNewestProtocol = 5;
// Far above the pickles of checkpoints: those of networks have some ten thousand values.
constexpr std::size_t kMostValues = 4'000'000;
constexpr std::size_t kMostStack = 1'000'000;
constexpr std::size_t kMostMarks = 1000;  // nested containers; Python's pickler stops there, too
constexpr std::size_t kLongestName = 1000;

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  Pickle run() {
    if (bytes_.size() < 2 || bytes_[0] != static_cast<std::byte>(Op::proto))
      refuse("not a pickle of protocol 2 to 5");
    while (!stopped_) {
      opcode_ = at_;
      // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): other bytes are refused below
      const auto op = static_cast<Op>(take_number(1));
      if (!(push_atom(op) || push_sized(op) || build_container(op) || use_memo(op) || name(op) ||
            control(op)))
        refuse(fmt::format("opcode 0x{:02x}, which Python's pickler doesn't write",
                           static_cast<unsigned>(op)));
      if (stack_.size() > kMostStack) refuse("more values at once than a checkpoint has");
    }
    if (at_ != bytes_.size())
      refuse(fmt::format("the end, but {} more bytes follow", bytes_.size() - at_));
    return std::move(pickle_);
  }

 private:
  [[noreturn]] void refuse(std::string_view what) const {
    throw Error(
        Code::data, {.file = file_},
        fmt::format("byte {} of its pickle: {}. Download or save the file again.", opcode_, what));
  }

  // The bytes.

  std::span<const std::byte> take(std::uint64_t size) {
    if (size > bytes_.size() - at_)
      refuse(fmt::format("{} bytes should follow, found {}", size, bytes_.size() - at_));
    const auto taken = bytes_.subspan(at_, static_cast<std::size_t>(size));
    at_ += taken.size();
    return taken;
  }
  std::uint64_t take_number(std::size_t size) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const std::byte byte : take(size)) {
      value |= std::to_integer<std::uint64_t>(byte) << shift;
      shift += 8;
    }
    return value;
  }
  std::string_view take_text(std::uint64_t size) {
    const auto taken = take(size);
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }
  std::string_view take_line() {
    const auto rest = bytes_.subspan(at_, std::min(bytes_.size() - at_, kLongestName + 1));
    const auto end = std::find(rest.begin(), rest.end(), std::byte{'\n'});
    if (end == rest.end()) refuse("a name without an end");
    const auto line = take_text(static_cast<std::uint64_t>(end - rest.begin()));
    ++at_;
    return line;
  }

  // The stack.

  void push(PickleValue value) {
    if (pickle_.values.size() >= kMostValues)
      refuse(fmt::format("more than {} values", kMostValues));
    stack_.push_back(static_cast<PickleId>(pickle_.values.size()));
    pickle_.values.push_back(std::move(value));
  }
  void push_integer(std::int64_t value) { push({.kind = Kind::integer, .integer = value}); }

  [[nodiscard]] std::size_t height() const {
    return stack_.size() - (marks_.empty() ? 0 : marks_.back());
  }
  [[nodiscard]] PickleId top() const {
    if (height() == 0) refuse("a value should come before");
    return stack_.back();
  }
  PickleId pop() {
    const PickleId id = top();
    stack_.pop_back();
    return id;
  }
  std::vector<PickleId> pop(std::size_t count) {
    if (height() < count)
      refuse(fmt::format("{} values should come before, found {}", count, height()));
    std::vector<PickleId> popped(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return popped;
  }
  std::vector<PickleId> pop_to_mark() {
    if (marks_.empty()) refuse("a mark should come before");
    auto popped = pop(height());
    marks_.pop_back();
    return popped;
  }
  PickleValue& value(PickleId id) { return pickle_.values[id]; }

  // The opcodes. Each function executes those of its kind, and returns whether it was one.

  bool push_atom(Op op) {
    switch (op) {
      case Op::none:
        push({});
        return true;
      case Op::newtrue:
        push({.kind = Kind::boolean, .integer = 1});
        return true;
      case Op::newfalse:
        push({.kind = Kind::boolean});
        return true;
      case Op::binint:
        push_integer(static_cast<std::int32_t>(take_number(4)));
        return true;
      case Op::binint1:
        push_integer(static_cast<std::int64_t>(take_number(1)));
        return true;
      case Op::binint2:
        push_integer(static_cast<std::int64_t>(take_number(2)));
        return true;
      case Op::long1:
        push_long(take_number(1));
        return true;
      case Op::long4:
        push_long(take_number(4));
        return true;
      case Op::binfloat:
        push_other(8);
        return true;
      default:
        return false;
    }
  }

  bool push_sized(Op op) {
    switch (op) {
      case Op::short_binunicode:
        push_text(take_number(1));
        return true;
      case Op::binunicode:
        push_text(take_number(4));
        return true;
      case Op::binunicode8:
        push_text(take_number(8));
        return true;
      case Op::short_binbytes:
        push_other(take_number(1));
        return true;
      case Op::binbytes:
        push_other(take_number(4));
        return true;
      case Op::binbytes8:
      case Op::bytearray8:
        push_other(take_number(8));
        return true;
      default:
        return false;
    }
  }

  void push_text(std::uint64_t size) { push({.kind = Kind::text, .text = take_text(size)}); }
  void push_other(std::uint64_t size) {
    take(size);
    push({.kind = Kind::other});
  }
  /// An integer in two's complement.
  void push_long(std::uint64_t size) {
    if (size > 8) return push_other(size);
    std::uint64_t bits = take_number(static_cast<std::size_t>(size));
    if (size > 0 && size < 8 && (bits >> (8 * size - 1)) != 0)
      bits |= ~std::uint64_t{0} << (8 * size);
    push_integer(static_cast<std::int64_t>(bits));
  }

  bool build_container(Op op) {
    switch (op) {
      case Op::empty_list:
      case Op::empty_set:
        push({.kind = Kind::list});
        return true;
      case Op::empty_dict:
        push({.kind = Kind::dict});
        return true;
      case Op::empty_tuple:
        push({.kind = Kind::tuple});
        return true;
      case Op::tuple1:
        push({.kind = Kind::tuple, .items = pop(1)});
        return true;
      case Op::tuple2:
        push({.kind = Kind::tuple, .items = pop(2)});
        return true;
      case Op::tuple3:
        push({.kind = Kind::tuple, .items = pop(3)});
        return true;
      case Op::tuple:
        push({.kind = Kind::tuple, .items = pop_to_mark()});
        return true;
      case Op::frozenset:
        push({.kind = Kind::list, .items = pop_to_mark()});
        return true;
      case Op::append:
        append(pop(1));
        return true;
      case Op::appends:
      case Op::additems:
        append(pop_to_mark());
        return true;
      case Op::setitem:
        set_items(pop(2));
        return true;
      case Op::setitems:
        set_items(pop_to_mark());
        return true;
      default:
        return false;
    }
  }

  void append(const std::vector<PickleId>& items) {
    PickleValue& target = value(top());
    if (target.kind == Kind::call) return;  // a class that derives from list, as deque
    if (target.kind != Kind::list) refuse("elements are added to what is not a list");
    target.items.insert(target.items.end(), items.begin(), items.end());
  }
  void set_items(const std::vector<PickleId>& items) {
    PickleValue& target = value(top());
    if (target.kind != Kind::dict && target.kind != Kind::call)
      refuse("entries are added to what is not a dict");
    if (items.size() % 2 != 0) refuse("a key without a value");
    target.items.insert(target.items.end(), items.begin(), items.end());
  }

  bool use_memo(Op op) {
    switch (op) {
      case Op::binget:
        stack_.push_back(recall(take_number(1)));
        return true;
      case Op::long_binget:
        stack_.push_back(recall(take_number(4)));
        return true;
      case Op::binput:
        remember(take_number(1));
        return true;
      case Op::long_binput:
        remember(take_number(4));
        return true;
      case Op::memoize:
        remember(memo_.size());
        return true;
      default:
        return false;
    }
  }

  static constexpr PickleId kNothing = ~PickleId{0};

  [[nodiscard]] PickleId recall(std::uint64_t index) const {
    if (index >= memo_.size() || memo_[index] == kNothing)
      refuse(fmt::format("value {} is used, but was not remembered", index));
    return memo_[index];
  }
  void remember(std::uint64_t index) {
    // Each index takes an opcode, so that none can be beyond the pickle's size.
    if (index >= std::min(bytes_.size(), kMostValues))
      refuse(fmt::format("a value is remembered as number {}", index));
    if (index >= memo_.size()) memo_.resize(static_cast<std::size_t>(index) + 1, kNothing);
    memo_[index] = top();
  }

  /// Globals and calls, none of which is looked up or executed.
  bool name(Op op) {
    switch (op) {
      case Op::global: {
        const auto module = take_line();
        push({.kind = Kind::global, .text = module, .name = take_line()});
        return true;
      }
      case Op::stack_global: {
        const auto names = pop(2);
        if (value(names[0]).kind != Kind::text || value(names[1]).kind != Kind::text)
          refuse("a global whose name is not a text");
        push({.kind = Kind::global, .text = value(names[0]).text, .name = value(names[1]).text});
        return true;
      }
      case Op::reduce:
      case Op::newobj:
        call(pop(2));
        return true;
      case Op::newobj_ex:
        call(pop(3));
        return true;
      case Op::build:
        pop();
        static_cast<void>(top());
        return true;
      case Op::binpersid:
        push({.kind = Kind::persistent, .arguments = pop()});
        return true;
      default:
        return false;
    }
  }

  void call(const std::vector<PickleId>& parts) {
    if (value(parts[1]).kind != Kind::tuple) refuse("a call whose arguments are not a tuple");
    push({.kind = Kind::call, .callable = parts[0], .arguments = parts[1]});
  }

  bool control(Op op) {
    switch (op) {
      case Op::proto:
        if (const auto protocol = take_number(1);
            protocol < kOldestProtocol || protocol > kNewestProtocol)
          refuse(fmt::format("protocol {}, expected {} to {}", protocol, kOldestProtocol,
                             kNewestProtocol));
        return true;
      case Op::frame:
        if (const auto size = take_number(8); size > bytes_.size() - at_)
          refuse(fmt::format("{} bytes should follow, found {}", size, bytes_.size() - at_));
        return true;
      case Op::mark:
        if (marks_.size() >= kMostMarks)
          refuse(fmt::format("containers are nested more than {} deep", kMostMarks));
        marks_.push_back(stack_.size());
        return true;
      case Op::pop:
        if (height() == 0 && !marks_.empty())
          marks_.pop_back();
        else
          pop();
        return true;
      case Op::pop_mark:
        pop_to_mark();
        return true;
      case Op::dup:
        stack_.push_back(top());
        return true;
      case Op::stop:
        stop();
        return true;
      default:
        return false;
    }
  }

  void stop() {
    if (!marks_.empty() || stack_.size() != 1)
      refuse(fmt::format("the end, where {} values are left in place of one", stack_.size()));
    pickle_.root = stack_.back();
    stopped_ = true;
  }

  std::span<const std::byte> bytes_;
  const std::string& file_;
  std::size_t at_ = 0;
  std::size_t opcode_ = 0;  ///< where the current one is
  Pickle pickle_;
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;  ///< heights of the stack
  std::vector<PickleId> memo_;
  bool stopped_ = false;
};

}  // namespace

std::string Pickle::name_of(PickleId id) const {
  const PickleValue& value = at(id);
  return value.kind == Kind::global ? fmt::format("{}.{}", value.text, value.name) : "";
}

Pickle read_pickle(std::span<const std::byte> bytes, const std::string& file) {
  return Reader(bytes, file).run();
}

}  // namespace temper::io
