// What the C++ library would have given us. The addon is linked without it (see binding.gyp), so
// that one file serves glibc and musl; this file is left out of sanitizer builds, which link it.
//
// There are no exceptions here: what would throw ends the process, as it would without a handler.
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>

namespace {

void* Allocate(std::size_t size) {
  // malloc(0) may answer NULL, and operator new must not.
  void* p = std::malloc(size == 0 ? 1 : size);
  if (p == nullptr) std::abort();
  return p;
}

}  // namespace

void* operator new(std::size_t size) { return Allocate(size); }
void* operator new[](std::size_t size) { return Allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { std::free(p); }

// A call of a virtual function of an object that is being destroyed.
extern "C" [[noreturn]] void __cxa_pure_virtual() { std::abort(); }

namespace std {

// vector, string and function call these; their bodies are in the library we leave out.
void __throw_bad_alloc() { abort(); }
void __throw_bad_array_new_length() { abort(); }
void __throw_bad_function_call() { abort(); }
void __throw_invalid_argument(const char*) { abort(); }
void __throw_length_error(const char*) { abort(); }
void __throw_logic_error(const char*) { abort(); }
void __throw_out_of_range(const char*) { abort(); }
void __throw_out_of_range_fmt(const char*, ...) { abort(); }

// string's members are only declared in the header; this puts them into our file.
template class basic_string<char>;

}  // namespace std
