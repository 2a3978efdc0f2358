# Here and not in the root of the package, where package managers take a binding.gyp for a reason to
# run node-gyp, whatever package.json says.
{
  "variables": {
    "sanitize%": "<!(echo ${ADDON_SANITIZE:-none})"
  },
  "targets": [
    {
      "target_name": "syscall",
      "sources": [
        "addon.cc",
        "args.cc",
        "state.cc",
        "socket.cc",
        "io.cc",
        "iovec.cc",
        "dgram.cc",
        "mmsg.cc",
        "nonblock.cc",
        "sockopt.cc",
        "epoll.cc",
        "watch.cc",
        "watch-thread.cc",
        "pool.cc",
        "constants.cc"
      ],
      "defines": [
        "NAPI_VERSION=9",
        "NODE_ADDON_API_DISABLE_CPP_EXCEPTIONS",
        "NODE_ADDON_API_DISABLE_DEPRECATED",
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS"
      ],
      # off_t has 64 bits on both CPUs anyway; with this define the linker would look for fcntl64,
      # which glibc has only since 2.28 and musl only for old binaries.
      "defines!": ["_FILE_OFFSET_BITS=64"],
      # Headers that are not ours are system headers: our warnings are errors. npx puts node-addon-api
      # into a folder of its own, which only the PATH that it sets for node-gyp names.
      "cflags": ["-isystem <!(node -p \"require('node:path').dirname(require.resolve('node-addon-api', { paths: ['.', ...process.env.PATH.split(':')] }))\")"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
      "cflags!": ["-O3", "-O2", "-Wno-unused-parameter"],
      "cflags_cc": [
        "-std=c++17",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-fvisibility=hidden",
        "-fno-exceptions",
        "-fno-rtti"
      ],
      "conditions": [
        ["sanitize=='none'", {
          # One file for glibc and musl, old and new: no library is named in it, so every function
          # of libc, Node and libuv is found in the process that loads it. The linker no longer
          # notices a misspelt name; scripts/check-symbols.mjs does.
          "sources": ["compat.cc"],
          "cflags_cc": [
            "-O2",
            "-fno-threadsafe-statics",
            "-fno-asynchronous-unwind-tables",
            # Both libraries have what it calls. Not so what _FORTIFY_SOURCE does: musl has none of the
            # functions with _chk in their names.
            "-fstack-protector-strong",
            "-U_FORTIFY_SOURCE",
            "-ffunction-sections",
            "-fdata-sections"
          ],
          "ldflags": [
            "-nostdlib",
            # Every function is looked up at once, and the table of them is read-only from then on.
            "-Wl,-z,relro,-z,now",
            "-Wl,--gc-sections",
            "-Wl,--version-script=<(module_root_dir)/exports.map"
          ],
          "libraries": ["-lgcc"],
          # Jumps land only where they may, on a CPU that checks it; to any other these are no-ops.
          "conditions": [
            ["target_arch=='x64'", { "cflags": ["-fcf-protection=full"] }],
            ["target_arch=='arm64'", { "cflags": ["-mbranch-protection=standard"] }]
          ]
        }],
        ["sanitize=='asan'", {
          "cflags_cc": [
            "-O1",
            "-g",
            "-fsanitize=address,undefined",
            "-fno-sanitize-recover=undefined",
            "-fno-omit-frame-pointer"
          ],
          "ldflags": ["-fsanitize=address,undefined"]
        }]
      ]
    }
  ]
}
