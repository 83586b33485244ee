-- Roles of the services, for one database that is theirs alone. Run it in that database as its owner or a superuser; it may be run
-- again. Passwords are not here: set them with \password, or let the operator of the database manage them.
--
-- Each service owns the one schema its migrations make (`focus`, `room_state`, `history`) and can reach no other. The services that
-- speak MSRP and CCMP have no role: they never reach the database.

do $$
declare
  service text;
begin
  foreach service in array array['plenary_focus', 'plenary_room_state', 'plenary_history'] loop
    if not exists (select from pg_roles where rolname = service) then
      execute format('create role %I login noinherit nosuperuser nocreatedb nocreaterole noreplication', service);
    end if;
    -- The first migration of a service makes its schema, so that a new installation needs nothing but this file.
    execute format('grant connect, create, temporary on database %I to %I', current_database(), service);
    -- A transaction whose process hangs must not hold a conference's row for ever.
    execute format('alter role %I set idle_in_transaction_session_timeout = %L', service, '30s');
  end loop;
  execute format('revoke connect, temporary on database %I from public', current_database());
end
$$;

revoke create on schema public from public;
