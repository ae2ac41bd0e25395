//! The table of module API functions and the lookup that fills it.

use std::ffi::{c_char, c_double, c_int, c_long, c_longlong, c_uchar, c_ulonglong, c_void};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, Ordering};

macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[repr(C)]
        #[derive(Debug)]
        pub(crate) struct $name {
            _opaque: [u8; 0],
        }
    )*};
}

opaque! {
    /// A call context of the server.
    RedisModuleCtx;
    /// A string object of the server.
    RedisModuleString;
    /// A client that waits for an answer.
    RedisModuleBlockedClient;
    /// A reply of a command run through the API.
    RedisModuleCallReply;
    /// An open key.
    RedisModuleKey;
    /// A cursor over keys or elements.
    RedisModuleScanCursor;
    /// A registered command filter.
    RedisModuleCommandFilter;
    /// The command under a filter.
    RedisModuleCommandFilterCtx;
    /// A persistence stream.
    RedisModuleIO;
    /// A registered data type.
    RedisModuleType;
    /// A user of the server.
    RedisModuleUser;
    /// The context of an INFO callback.
    RedisModuleInfoCtx;
}

/// The id of an entry of a stream: milliseconds, and a number within them.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamId {
    pub(crate) time: u64,
    pub(crate) number: u64,
}

/// A command, reply or time-out callback.
pub(crate) type CommandFn =
    unsafe extern "C" fn(*mut RedisModuleCtx, *mut *mut RedisModuleString, c_int) -> c_int;
/// Frees the private data of a blocked client.
pub(crate) type FreeFn = unsafe extern "C" fn(*mut RedisModuleCtx, *mut c_void);
/// A keyspace event callback.
pub(crate) type NotificationFn = unsafe extern "C" fn(
    *mut RedisModuleCtx,
    c_int,
    *const c_char,
    *mut RedisModuleString,
) -> c_int;
/// A key scan callback.
pub(crate) type ScanFn = unsafe extern "C" fn(
    *mut RedisModuleCtx,
    *mut RedisModuleString,
    *mut RedisModuleKey,
    *mut c_void,
);
/// An element scan callback.
pub(crate) type ScanKeyFn = unsafe extern "C" fn(
    *mut RedisModuleKey,
    *mut RedisModuleString,
    *mut RedisModuleString,
    *mut c_void,
);
/// An INFO callback.
pub(crate) type InfoFn = unsafe extern "C" fn(*mut RedisModuleInfoCtx, c_int);
/// Takes a message from another node.
pub(crate) type ClusterMessageFn =
    unsafe extern "C" fn(*mut RedisModuleCtx, *const c_char, u8, *const c_uchar, u32);
/// A command filter.
pub(crate) type FilterFn = unsafe extern "C" fn(*mut RedisModuleCommandFilterCtx);

type GetApi = unsafe extern "C" fn(*const c_char, *mut *mut c_void) -> c_int;
type CallFn = unsafe extern "C" fn(
    *mut RedisModuleCtx,
    *const c_char,
    *const c_char,
    ...
) -> *mut RedisModuleCallReply;
type LogFn = unsafe extern "C" fn(*mut RedisModuleCtx, *const c_char, *const c_char, ...);
type EmitFn = unsafe extern "C" fn(*mut RedisModuleIO, *const c_char, *const c_char, ...);
type ReplicateFn =
    unsafe extern "C" fn(*mut RedisModuleCtx, *const c_char, *const c_char, ...) -> c_int;

/// Gives the value of an option.
pub(crate) type GetIntFn = unsafe extern "C" fn(*const c_char, *mut c_void) -> c_longlong;
/// Takes the value of an option.
pub(crate) type SetIntFn = unsafe extern "C" fn(
    *const c_char,
    c_longlong,
    *mut c_void,
    *mut *mut RedisModuleString,
) -> c_int;
/// Gives the value of an option.
pub(crate) type GetTextFn =
    unsafe extern "C" fn(*const c_char, *mut c_void) -> *mut RedisModuleString;
/// Takes the value of an option.
pub(crate) type SetTextFn = unsafe extern "C" fn(
    *const c_char,
    *mut RedisModuleString,
    *mut c_void,
    *mut *mut RedisModuleString,
) -> c_int;
/// Applies options that were set together.
pub(crate) type ApplyFn =
    unsafe extern "C" fn(*mut RedisModuleCtx, *mut c_void, *mut *mut RedisModuleString) -> c_int;
/// Reads the module's part of a database file.
pub(crate) type AuxLoadFn = unsafe extern "C" fn(*mut RedisModuleIO, c_int, c_int) -> c_int;
/// Writes the module's part of a database file.
pub(crate) type AuxSaveFn = unsafe extern "C" fn(*mut RedisModuleIO, c_int);
/// Reads a value from a database file.
pub(crate) type LoadFn = unsafe extern "C" fn(*mut RedisModuleIO, c_int) -> *mut c_void;
/// Writes a value to a database file.
pub(crate) type SaveFn = unsafe extern "C" fn(*mut RedisModuleIO, *mut c_void);
/// Writes the commands that make a value to the append-only file.
pub(crate) type RewriteFn =
    unsafe extern "C" fn(*mut RedisModuleIO, *mut RedisModuleString, *mut c_void);
/// Frees a value.
pub(crate) type FreeValueFn = unsafe extern "C" fn(*mut c_void);

/// The functions of a data type, version 5 of the API's structure; an older server reads the part that it knows.
#[repr(C)]
pub(crate) struct TypeMethods {
    /// The version of this structure.
    pub(crate) version: u64,
    /// Reads a value.
    pub(crate) rdb_load: Option<LoadFn>,
    /// Writes a value.
    pub(crate) rdb_save: Option<SaveFn>,
    /// Writes the commands that make a value.
    pub(crate) rewrite: Option<RewriteFn>,
    /// Memory use and digest.
    pub(crate) usage_digest: [Option<FreeValueFn>; 2],
    /// Frees a value.
    pub(crate) free: Option<FreeValueFn>,
    /// Reads what belongs to no key.
    pub(crate) aux_load: Option<AuxLoadFn>,
    /// Writes what belongs to no key.
    pub(crate) aux_save: Option<AuxSaveFn>,
    /// When `aux_save` is called.
    pub(crate) aux_triggers: c_int,
    /// Free effort, unlink, copy, defragment; from version 4 on these and memory use again with more arguments.
    pub(crate) unused: [Option<FreeValueFn>; 8],
    /// As `aux_save`, for a server that leaves the module out of a file to which nothing was written.
    pub(crate) aux_save2: Option<AuxSaveFn>,
}

/// A server event callback.
pub(crate) type EventFn = unsafe extern "C" fn(*mut RedisModuleCtx, ServerEvent, u64, *mut c_void);

/// The identity of a server event.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerEvent {
    /// The number of the event.
    pub(crate) id: u64,
    /// The version of its data structure.
    pub(crate) dataver: u64,
}

macro_rules! api {
    (
        variadic { $($v:ident = $vname:literal : $vtype:ty;)* }
        required { $($r:ident = $rname:literal : fn($($ra:ty),*) $(-> $rr:ty)?;)* }
        optional { $($o:ident = $oname:literal : fn($($oa:ty),*) $(-> $or:ty)?;)* }
    ) => {
        /// The functions of the server's module API.
        pub(crate) struct Api {
            $(pub(crate) $v: $vtype,)*
            $(pub(crate) $r: unsafe extern "C" fn($($ra),*) $(-> $rr)?,)*
            $(pub(crate) $o: Option<unsafe extern "C" fn($($oa),*) $(-> $or)?>,)*
        }

        impl Api {
            /// Looks every function up.
            ///
            /// # Safety
            /// `get` must be the server's lookup function; the signatures above must be those of its API.
            unsafe fn load(get: GetApi) -> Result<Self, &'static str> {
                // SAFETY: each name is asked for with the type that the API documents for it.
                unsafe {
                    Ok(Self {
                        $($v: find(get, concat!("RedisModule_", $vname, "\0")).ok_or($vname)?,)*
                        $($r: find(get, concat!("RedisModule_", $rname, "\0")).ok_or($rname)?,)*
                        $($o: find(get, concat!("RedisModule_", $oname, "\0")),)*
                    })
                }
            }

            /// The names of the optional functions that this server does not have.
            pub(crate) fn missing(&self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if self.$o.is_none() { names.push($oname); })*
                names
            }
        }
    };
}

api! {
    variadic {
        call = "Call": CallFn;
        log = "Log": LogFn;
        replicate = "Replicate": ReplicateFn;
        emit_aof = "EmitAOF": EmitFn;
    }
    required {
        set_module_attribs = "SetModuleAttribs": fn(*mut RedisModuleCtx, *const c_char, c_int, c_int);
        create_command = "CreateCommand": fn(*mut RedisModuleCtx, *const c_char, CommandFn, *const c_char, c_int, c_int, c_int) -> c_int;
        wrong_arity = "WrongArity": fn(*mut RedisModuleCtx) -> c_int;
        reply_with_long_long = "ReplyWithLongLong": fn(*mut RedisModuleCtx, c_longlong) -> c_int;
        reply_with_double = "ReplyWithDouble": fn(*mut RedisModuleCtx, c_double) -> c_int;
        reply_with_error = "ReplyWithError": fn(*mut RedisModuleCtx, *const c_char) -> c_int;
        reply_with_simple_string = "ReplyWithSimpleString": fn(*mut RedisModuleCtx, *const c_char) -> c_int;
        reply_with_array = "ReplyWithArray": fn(*mut RedisModuleCtx, c_long) -> c_int;
        reply_with_string_buffer = "ReplyWithStringBuffer": fn(*mut RedisModuleCtx, *const c_char, usize) -> c_int;
        reply_with_null = "ReplyWithNull": fn(*mut RedisModuleCtx) -> c_int;
        reply_with_call_reply = "ReplyWithCallReply": fn(*mut RedisModuleCtx, *mut RedisModuleCallReply) -> c_int;
        create_string = "CreateString": fn(*mut RedisModuleCtx, *const c_char, usize) -> *mut RedisModuleString;
        free_string = "FreeString": fn(*mut RedisModuleCtx, *mut RedisModuleString);
        string_ptr_len = "StringPtrLen": fn(*const RedisModuleString, *mut usize) -> *const c_char;
        block_client = "BlockClient": fn(*mut RedisModuleCtx, CommandFn, Option<CommandFn>, FreeFn, c_longlong) -> *mut RedisModuleBlockedClient;
        unblock_client = "UnblockClient": fn(*mut RedisModuleBlockedClient, *mut c_void) -> c_int;
        get_blocked_client_private_data = "GetBlockedClientPrivateData": fn(*mut RedisModuleCtx) -> *mut c_void;
        get_thread_safe_context = "GetThreadSafeContext": fn(*mut RedisModuleBlockedClient) -> *mut RedisModuleCtx;
        free_thread_safe_context = "FreeThreadSafeContext": fn(*mut RedisModuleCtx);
        thread_safe_context_lock = "ThreadSafeContextLock": fn(*mut RedisModuleCtx);
        thread_safe_context_unlock = "ThreadSafeContextUnlock": fn(*mut RedisModuleCtx);
        call_reply_type = "CallReplyType": fn(*mut RedisModuleCallReply) -> c_int;
        call_reply_integer = "CallReplyInteger": fn(*mut RedisModuleCallReply) -> c_longlong;
        call_reply_length = "CallReplyLength": fn(*mut RedisModuleCallReply) -> usize;
        call_reply_array_element = "CallReplyArrayElement": fn(*mut RedisModuleCallReply, usize) -> *mut RedisModuleCallReply;
        call_reply_string_ptr = "CallReplyStringPtr": fn(*mut RedisModuleCallReply, *mut usize) -> *const c_char;
        call_reply_proto = "CallReplyProto": fn(*mut RedisModuleCallReply, *mut usize) -> *const c_char;
        free_call_reply = "FreeCallReply": fn(*mut RedisModuleCallReply);
        select_db = "SelectDb": fn(*mut RedisModuleCtx, c_int) -> c_int;
        get_selected_db = "GetSelectedDb": fn(*mut RedisModuleCtx) -> c_int;
        open_key = "OpenKey": fn(*mut RedisModuleCtx, *mut RedisModuleString, c_int) -> *mut RedisModuleKey;
        get_expire = "GetExpire": fn(*mut RedisModuleKey) -> c_longlong;
        close_key = "CloseKey": fn(*mut RedisModuleKey);
        key_type = "KeyType": fn(*mut RedisModuleKey) -> c_int;
        string_dma = "StringDMA": fn(*mut RedisModuleKey, *mut usize, c_int) -> *const c_char;
        scan_cursor_create = "ScanCursorCreate": fn() -> *mut RedisModuleScanCursor;
        scan_cursor_destroy = "ScanCursorDestroy": fn(*mut RedisModuleScanCursor);
        scan = "Scan": fn(*mut RedisModuleCtx, *mut RedisModuleScanCursor, ScanFn, *mut c_void) -> c_int;
        stream_iterator_start = "StreamIteratorStart": fn(*mut RedisModuleKey, c_int, *mut StreamId, *mut StreamId) -> c_int;
        stream_iterator_stop = "StreamIteratorStop": fn(*mut RedisModuleKey) -> c_int;
        stream_iterator_next_id = "StreamIteratorNextID": fn(*mut RedisModuleKey, *mut StreamId, *mut c_long) -> c_int;
        stream_iterator_next_field = "StreamIteratorNextField": fn(*mut RedisModuleKey, *mut *mut RedisModuleString, *mut *mut RedisModuleString) -> c_int;
        scan_key = "ScanKey": fn(*mut RedisModuleKey, *mut RedisModuleScanCursor, ScanKeyFn, *mut c_void) -> c_int;
        get_context_flags = "GetContextFlags": fn(*mut RedisModuleCtx) -> c_int;
        subscribe_to_keyspace_events = "SubscribeToKeyspaceEvents": fn(*mut RedisModuleCtx, c_int, NotificationFn) -> c_int;
        is_keys_position_request = "IsKeysPositionRequest": fn(*mut RedisModuleCtx) -> c_int;
        register_info_func = "RegisterInfoFunc": fn(*mut RedisModuleCtx, InfoFn) -> c_int;
        info_add_section = "InfoAddSection": fn(*mut RedisModuleInfoCtx, *const c_char) -> c_int;
        info_add_field_cstring = "InfoAddFieldCString": fn(*mut RedisModuleInfoCtx, *const c_char, *const c_char) -> c_int;
        info_add_field_ulonglong = "InfoAddFieldULongLong": fn(*mut RedisModuleInfoCtx, *const c_char, c_ulonglong) -> c_int;
        replicate_verbatim = "ReplicateVerbatim": fn(*mut RedisModuleCtx) -> c_int;
        create_data_type = "CreateDataType": fn(*mut RedisModuleCtx, *const c_char, c_int, *mut TypeMethods) -> *mut RedisModuleType;
        module_type_set_value = "ModuleTypeSetValue": fn(*mut RedisModuleKey, *mut RedisModuleType, *mut c_void) -> c_int;
        save_unsigned = "SaveUnsigned": fn(*mut RedisModuleIO, u64);
        load_unsigned = "LoadUnsigned": fn(*mut RedisModuleIO) -> u64;
        save_string_buffer = "SaveStringBuffer": fn(*mut RedisModuleIO, *const c_char, usize);
        load_string_buffer = "LoadStringBuffer": fn(*mut RedisModuleIO, *mut usize) -> *mut c_char;
        free = "Free": fn(*mut c_void);
    }
    optional {
        call_reply_double = "CallReplyDouble": fn(*mut RedisModuleCallReply) -> c_double;
        call_reply_bool = "CallReplyBool": fn(*mut RedisModuleCallReply) -> c_int;
        call_reply_map_element = "CallReplyMapElement": fn(*mut RedisModuleCallReply, usize, *mut *mut RedisModuleCallReply, *mut *mut RedisModuleCallReply) -> c_int;
        call_reply_set_element = "CallReplySetElement": fn(*mut RedisModuleCallReply, usize) -> *mut RedisModuleCallReply;
        blocked_client_measure_time_start = "BlockedClientMeasureTimeStart": fn(*mut RedisModuleBlockedClient) -> c_int;
        blocked_client_measure_time_end = "BlockedClientMeasureTimeEnd": fn(*mut RedisModuleBlockedClient) -> c_int;
        get_detached_thread_safe_context = "GetDetachedThreadSafeContext": fn(*mut RedisModuleCtx) -> *mut RedisModuleCtx;
        register_command_filter = "RegisterCommandFilter": fn(*mut RedisModuleCtx, FilterFn, c_int) -> *mut RedisModuleCommandFilter;
        command_filter_args_count = "CommandFilterArgsCount": fn(*mut RedisModuleCommandFilterCtx) -> c_int;
        command_filter_arg_get = "CommandFilterArgGet": fn(*mut RedisModuleCommandFilterCtx, c_int) -> *mut RedisModuleString;
        command_filter_arg_delete = "CommandFilterArgDelete": fn(*mut RedisModuleCommandFilterCtx, c_int) -> c_int;
        command_filter_arg_insert = "CommandFilterArgInsert": fn(*mut RedisModuleCommandFilterCtx, c_int, *mut RedisModuleString) -> c_int;
        register_cluster_message_receiver = "RegisterClusterMessageReceiver": fn(*mut RedisModuleCtx, u8, ClusterMessageFn);
        send_cluster_message = "SendClusterMessage": fn(*mut RedisModuleCtx, *const c_char, u8, *const c_char, u32) -> c_int;
        db_size = "DbSize": fn(*mut RedisModuleCtx) -> c_ulonglong;
        subscribe_to_server_event = "SubscribeToServerEvent": fn(*mut RedisModuleCtx, ServerEvent, EventFn) -> c_int;
        set_module_options = "SetModuleOptions": fn(*mut RedisModuleCtx, c_int);
        register_numeric_config = "RegisterNumericConfig": fn(*mut RedisModuleCtx, *const c_char, c_longlong, u32, c_longlong, c_longlong, GetIntFn, SetIntFn, Option<ApplyFn>, *mut c_void) -> c_int;
        register_string_config = "RegisterStringConfig": fn(*mut RedisModuleCtx, *const c_char, *const c_char, u32, GetTextFn, SetTextFn, Option<ApplyFn>, *mut c_void) -> c_int;
        load_configs = "LoadConfigs": fn(*mut RedisModuleCtx) -> c_int;
        latency_add_sample = "LatencyAddSample": fn(*const c_char, c_longlong);
        is_io_error = "IsIOError": fn(*mut RedisModuleIO) -> c_int;
        avoid_replica_traffic = "AvoidReplicaTraffic": fn() -> c_int;
        get_command_keys = "GetCommandKeys": fn(*mut RedisModuleCtx, *mut *mut RedisModuleString, c_int, *mut c_int) -> *mut c_int;
        get_command_keys_with_flags = "GetCommandKeysWithFlags": fn(*mut RedisModuleCtx, *mut *mut RedisModuleString, c_int, *mut c_int, *mut *mut c_int) -> *mut c_int;
        key_at_pos = "KeyAtPos": fn(*mut RedisModuleCtx, c_int);
        key_at_pos_with_flags = "KeyAtPosWithFlags": fn(*mut RedisModuleCtx, c_int, c_int);
        get_client_id = "GetClientId": fn(*mut RedisModuleCtx) -> c_ulonglong;
        get_client_user_name_by_id = "GetClientUserNameById": fn(*mut RedisModuleCtx, u64) -> *mut RedisModuleString;
        get_current_user_name = "GetCurrentUserName": fn(*mut RedisModuleCtx) -> *mut RedisModuleString;
        get_module_user_from_user_name = "GetModuleUserFromUserName": fn(*mut RedisModuleString) -> *mut RedisModuleUser;
        free_module_user = "FreeModuleUser": fn(*mut RedisModuleUser) -> c_int;
        acl_check_command_permissions = "ACLCheckCommandPermissions": fn(*mut RedisModuleUser, *mut *mut RedisModuleString, c_int) -> c_int;
        command_filter_get_client_id = "CommandFilterGetClientId": fn(*mut RedisModuleCommandFilterCtx) -> c_ulonglong;
    }
}

static API: OnceLock<Api> = OnceLock::new();

/// A context that belongs to the module and to no client: for the log, and to make more of its kind.
static MODULE_CONTEXT: AtomicPtr<RedisModuleCtx> = AtomicPtr::new(std::ptr::null_mut());

/// The module's own context; null on servers that do not offer one.
pub(super) fn module_context() -> *mut RedisModuleCtx {
    MODULE_CONTEXT.load(Ordering::Acquire)
}

/// The function table. Panics when used before [`attach`], which only a unit test could do.
pub(crate) fn api() -> &'static Api {
    API.get().expect("the module API is attached at load")
}

/// Whether the server is older than Redis 7.0, by what its module API lacks.
pub(crate) fn is_before_7() -> bool {
    api().call_reply_double.is_none()
}

/// Whether the table is there, which it is not in unit tests.
pub(super) fn attached() -> bool {
    API.get().is_some()
}

/// Fills the table and gives the module its name.
///
/// # Errors
/// The name of the first required function that the server lacks.
///
/// # Safety
/// `ctx` must be the context that the server passed to `RedisModule_OnLoad`.
pub(crate) unsafe fn attach(ctx: *mut RedisModuleCtx, version: c_int) -> Result<(), &'static str> {
    // SAFETY: the first word of the load context is the lookup function, by the module ABI.
    let table = unsafe {
        let get = *ctx.cast::<GetApi>();
        Api::load(get)?
    };
    let table = API.get_or_init(|| table);
    // SAFETY: a documented call with a NUL-terminated name; API version 1.
    unsafe {
        (table.set_module_attribs)(ctx, c"rg".as_ptr(), version, 1);
        if let Some(detach) = table.get_detached_thread_safe_context {
            MODULE_CONTEXT.store(detach(ctx), Ordering::Release);
        }
    }
    Ok(())
}

/// # Safety
/// `F` must be the function pointer type of the API function `name`; `name` must end with NUL.
unsafe fn find<F: Copy>(get: GetApi, name: &'static str) -> Option<F> {
    const { assert!(size_of::<F>() == size_of::<*mut c_void>()) };
    let mut found: *mut c_void = std::ptr::null_mut();
    // SAFETY: the lookup writes one pointer.
    let status = unsafe { get(name.as_ptr().cast(), &raw mut found) };
    if status != super::OK || found.is_null() {
        return None;
    }
    // SAFETY: same size, checked above; the caller vouches for the type.
    Some(unsafe { std::mem::transmute_copy::<*mut c_void, F>(&found) })
}
